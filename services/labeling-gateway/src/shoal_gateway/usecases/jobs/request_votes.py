"""qa requests more votes, a review, or an end. A request that arrives before its job waits for it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from shoal.contracts.labels import VotesRequested
from shoal.messaging import RejectedItem
from shoal_gateway.domain.jobs import Job
from shoal_gateway.domain.providers import Capabilities
from shoal_gateway.domain.votes import Request, apply_request
from shoal_gateway.usecases.jobs.planning import add_review, plan_tasks, withdraw_tasks
from shoal_gateway.usecases.ports import Database, ProviderConfigs, Providers, Transaction, Wake
from shoal_gateway.usecases.refusals import other_project
from shoal_gateway.usecases.translate import to_request

SWEEP = 500


class RequestVotes:
    """Stores requests and then applies them: whichever of job and request commits last sees both."""

    def __init__(
        self, database: Database, configs: ProviderConfigs, providers: Providers, wake: Wake
    ) -> None:
        self._database = database
        self._configs = configs
        self._providers = providers
        self._wake = wake

    async def __call__(self, events: Sequence[VotesRequested]) -> list[RejectedItem]:
        """Store a batch, then apply the requests whose job is here; return those about foreign jobs."""
        async with self._database.transaction() as tx:
            projects = await tx.jobs.projects({event.job_id for event in events})
            own = [projects.get(event.job_id, event.project) == event.project for event in events]
            requests = [event for event, is_own in zip(events, own, strict=True) if is_own]
            await tx.requests.park([(event.project, event.job_id, to_request(event)) for event in requests])
        await self.apply({event.job_id for event in requests})
        return [
            other_project(index, event.project, event.job_id)
            for index, event in enumerate(events)
            if not own[index]
        ]

    async def sweep(self) -> int:
        """Apply the requests that a crash left stored and not applied; return the number of jobs."""
        waiting = await self._database.waiting_jobs(SWEEP)
        if waiting:
            await self.apply(waiting)
        return len(waiting)

    async def apply(self, job_ids: Collection[str]) -> None:
        """Apply the waiting requests of these jobs, in order of rounds."""
        async with self._database.transaction() as tx:
            jobs = await tx.jobs.lock(job_ids)
            # Lock them all at once: one by one, two batches could deadlock.
            await tx.tasks.of_jobs(list(jobs))
            waiting = await tx.requests.waiting(set(jobs))
            for job_id, request in waiting:
                jobs[job_id] = await self._apply_one(tx, jobs[job_id], request)
            await tx.requests.mark_applied(waiting)
        if waiting:
            self._wake()

    async def _apply_one(self, tx: Transaction, job: Job, request: Request) -> Job:
        if job.erased:
            return job  # closed for good
        effect = apply_request(job.demand, request)
        job = replace(job, demand=effect.demand)
        await tx.jobs.save_demand(job.job_id, effect.demand)
        tasks = (await tx.tasks.of_jobs([job.job_id])).get(job.job_id, [])
        if effect.cancelled:
            await withdraw_tasks(tx, job, tasks, finished_too=False)
        elif effect.review:
            await add_review(tx, job, tasks, request.round)
        elif request.action == "more" and not effect.demand.closed:
            await plan_tasks(tx, job, tasks, await self._capabilities(job))
        return job

    async def _capabilities(self, job: Job) -> Capabilities:
        config = await self._configs.get(job.project, job.provider)
        if config is None:
            raise LookupError(f"job {job.job_id} is at provider {job.provider!r}, which is not configured")
        return self._providers.of(config).capabilities
