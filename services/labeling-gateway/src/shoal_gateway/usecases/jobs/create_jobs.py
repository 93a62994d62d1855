"""Jobs arrive: store them, route them, and write down the tasks they need."""

from collections.abc import Sequence
from dataclasses import replace

from shoal.contracts.labels import LabelingJob
from shoal.messaging import RejectedItem
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE, UnknownProvider, choose_provider
from shoal_gateway.domain.votes import merge_demand
from shoal_gateway.usecases.jobs.planning import plan_tasks
from shoal_gateway.usecases.jobs.request_votes import RequestVotes
from shoal_gateway.usecases.ports import Database, ProviderConfigs, Providers, Transaction, Wake
from shoal_gateway.usecases.refusals import other_project
from shoal_gateway.usecases.translate import to_job


class CreateJobs:
    """Idempotent by job id: a job that arrives again can only raise its votes or add a prediction."""

    def __init__(
        self,
        *,
        database: Database,
        configs: ProviderConfigs,
        providers: Providers,
        requests: RequestVotes,
        wake: Wake,
    ) -> None:
        self._database = database
        self._configs = configs
        self._providers = providers
        self._requests = requests
        self._wake = wake

    async def __call__(self, events: Sequence[LabelingJob]) -> Sequence[RejectedItem]:
        """Store a batch in one transaction; return jobs that cannot be routed, or have a foreign job's id."""
        configs = await self._configs_of({event.project for event in events})
        jobs: list[Job] = []
        rejected: list[RejectedItem] = []
        for index, event in enumerate(events):
            try:
                jobs.append(_route_job(event, configs[event.project]))
            except UnknownProvider:
                rejected.append(_unknown_provider(index, event))
        if jobs:
            foreign = await self._store(jobs, configs)
            rejected += [
                other_project(index, event.project, event.job_id)
                for index, event in enumerate(events)
                if (event.project, event.job_id) in foreign
            ]
            await self._requests.apply({job.job_id for job in jobs})
            self._wake()
        return rejected

    async def _configs_of(self, projects: set[str]) -> dict[str, dict[str, ProviderConfig]]:
        configs: dict[str, dict[str, ProviderConfig]] = {}
        for project in projects:
            configs[project] = {config.name: config for config in await self._configs.of_project(project)}
        return configs

    async def _store(
        self, jobs: Sequence[Job], configs: dict[str, dict[str, ProviderConfig]]
    ) -> set[tuple[str, str]]:
        """Store jobs; return (project, job id) of those whose id is that of another project's job."""
        async with self._database.transaction() as tx:
            erased = await tx.samples.erased_among({(job.project, job.sample_id) for job in jobs})
            alive = [job for job in jobs if (job.project, job.sample_id) not in erased]
            await tx.jobs.add(alive)
            ids = {job.job_id for job in alive}
            stored_jobs, tasks = await tx.jobs.lock(ids), await tx.tasks.of_jobs(ids)
            own = [job for job in alive if stored_jobs[job.job_id].project == job.project]
            for incoming in own:
                job = await _merge_job(
                    tx, stored_jobs[incoming.job_id], incoming, tasks.get(incoming.job_id, [])
                )
                stored_jobs[job.job_id] = job
                config = configs[job.project].get(job.provider) or ProviderConfig(
                    project=job.project, name=job.provider, kind=IN_HOUSE
                )
                if not job.demand.closed and not job.erased:
                    capabilities = self._providers.of(config).capabilities
                    await plan_tasks(tx, job, tasks.get(job.job_id, []), capabilities)
                    tasks.update(await tx.tasks.of_jobs([job.job_id]))
        return {(job.project, job.job_id) for job in alive if stored_jobs[job.job_id].project != job.project}


async def _merge_job(tx: Transaction, job: Job, incoming: Job, tasks: Sequence[Task]) -> Job:
    demand = merge_demand(job.demand, incoming.demand.votes, incoming.demand.max_votes).demand
    if demand != job.demand:
        await tx.jobs.save_demand(job.job_id, demand)
    if job.guess is None and incoming.guess is not None and not job.erased:
        await tx.jobs.save_guess(job.job_id, incoming.guess)
        for task in tasks:
            if task.is_live:
                await tx.intents.add(task, IntentKind.PREDICT, total=0, priority=job.priority)
    return replace(job, demand=demand)


def _route_job(event: LabelingJob, configs: dict[str, ProviderConfig]) -> Job:
    default = next((config.name for config in configs.values() if config.is_default), None)
    if event.purpose == "review":
        return to_job(event, IN_HOUSE)
    return to_job(event, choose_provider(event.provider, default, configs))


def _unknown_provider(index: int, event: LabelingJob) -> RejectedItem:
    detail = (
        f"provider: project {event.project!r} has no provider {event.provider!r}; configure it with "
        f"PUT /v1/projects/{event.project}/providers/{event.provider} and replay the record"
    )
    return RejectedItem(index, "unknown_provider", detail)
