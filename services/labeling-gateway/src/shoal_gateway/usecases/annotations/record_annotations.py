"""Annotations arrive by feed, webhook or page: check, store once, announce, and recount."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shoal.outages import action_for
from shoal_gateway.domain.annotations import Annotation, FoundBy, price_of
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.standings import Standing, Standings
from shoal_gateway.domain.tasks import Datum, Lane, TaskState, state_after_answers
from shoal_gateway.usecases.annotations.checks import (
    CheckResult,
    TasksById,
    refuse_conflicts,
    refuse_too_many,
)
from shoal_gateway.usecases.jobs.planning import admit_surplus, event_with_id, plan_tasks
from shoal_gateway.usecases.ports import Guidelines, Malformed, Providers, ReceivedItem, Transaction
from shoal_gateway.usecases.ports.annotations import Judged
from shoal_gateway.usecases.translate import event_problem
from shoal_gateway.usecases.watch import Recorded, Watch


class RecordAnnotations:
    """Stores no vote twice: (project, provider, annotation id, revision) is the primary key."""

    def __init__(self, guidelines: Guidelines, providers: Providers, watch: Watch) -> None:
        self._guidelines = guidelines
        self._providers = providers
        self._watch = watch

    async def check(
        self, config: ProviderConfig, items: Sequence[ReceivedItem], tasks: TasksById
    ) -> CheckResult:
        """Separate valid items from others, without writing anything.

        Raises TimeoutError while a task's guideline has not reached this replica.
        """
        result = CheckResult([], [])
        for index, item in enumerate(items):
            await asyncio.sleep(0)  # others go on: the check of one answer takes milliseconds at worst
            checked = await self._checked(config, item, tasks)
            if isinstance(checked, AnswerProblem):
                result.bad.append((index, item, checked))
            else:
                result.good.append(checked)
        return result

    async def isolate(
        self, tx: Transaction, config: ProviderConfig, items: Sequence[ReceivedItem], found_by: FoundBy
    ) -> list[Recorded]:
        """Record items as a whole, or one by one if that fails: what cannot be recorded is refused alone.

        Raises outages, after which the same items may succeed.
        """
        try:
            async with tx.savepoint():
                return await self(tx, config, items, found_by)
        except Exception as error:
            if action_for(error).is_outage:
                raise
        fresh: list[Recorded] = []
        for item in items:
            fresh += await self._record_alone(tx, config, item, found_by)
        return fresh

    async def _record_alone(
        self, tx: Transaction, config: ProviderConfig, item: ReceivedItem, found_by: FoundBy
    ) -> list[Recorded]:
        try:
            async with tx.savepoint():
                return await self(tx, config, [item], found_by)
        except Exception as error:
            if action_for(error).is_outage:
                raise
            problem = AnswerProblem("not_recorded", "annotation", f"failed with {type(error).__name__}", "")
        await tx.annotations.refuse(config, [(item, problem.reason, problem.line)])
        self._watch.refused(config, [problem])
        return []

    async def __call__(
        self, tx: Transaction, config: ProviderConfig, items: Sequence[ReceivedItem], found_by: FoundBy
    ) -> list[Recorded]:
        """Store new annotations, and refused ones for operators; announce and return those that count."""
        ids = {item.external_id for item in items if isinstance(item, Annotation)}
        tasks = await tx.tasks.lock(config.project, ids)
        checked = await self.check(config, items, tasks)
        return await self.store(tx, config, checked=checked, tasks=tasks, found_by=found_by)

    async def store(
        self,
        tx: Transaction,
        config: ProviderConfig,
        *,
        checked: CheckResult,
        tasks: TasksById,
        found_by: FoundBy,
    ) -> list[Recorded]:
        """Store checked annotations of locked tasks; announce and return those that count."""
        await refuse_too_many(tx, checked, tasks)
        distinct = refuse_conflicts(checked, await tx.annotations.stored(config, checked.good))
        await tx.annotations.refuse(
            config, [(item, problem.reason, problem.line) for _, item, problem in checked.bad]
        )
        stored = await self._store_new(tx, config, distinct=distinct, tasks=tasks, found_by=found_by)
        fresh = [
            Recorded(judged.annotation, judged.price, tasks[judged.annotation.external_id][1].campaign)
            for judged in stored
            if judged.standing is not Standing.SURPLUS
        ]
        if stored:
            self._watch.surplus(config, len(stored) - len(fresh))
            jobs = {job.job_id: job for _, job in (tasks[item.annotation.external_id] for item in stored)}
            fresh += await self.settle_jobs(tx, config, jobs, {item.annotation.external_id for item in fresh})
        self._watch.refused(config, [problem for _, _, problem in checked.bad])
        return fresh

    async def _store_new(
        self,
        tx: Transaction,
        config: ProviderConfig,
        *,
        distinct: Sequence[Annotation],
        tasks: TasksById,
        found_by: FoundBy,
    ) -> list[Judged]:
        jobs = {tasks[item.external_id][1].job_id for item in distinct}
        standings = Standings(await tx.annotations.heads(jobs))
        judged = [_judge_revision(standings, item, tasks[item.external_id], config) for item in distinct]
        new = await tx.annotations.add(config, judged, found_by)
        stored = [item for item in judged if item.annotation.key in new]
        await tx.outbox.publish(
            [
                event_with_id(item.annotation, *tasks[item.annotation.external_id], item.price)
                for item in stored
                if item.standing is not Standing.SURPLUS
            ]
        )
        return stored

    async def settle_jobs(
        self, tx: Transaction, config: ProviderConfig, jobs: Mapping[str, Job], changed: set[str]
    ) -> list[Recorded]:
        """Recount the jobs and plan what they lack; return the surplus votes that took a free place."""
        capabilities = self._providers.of(config).capabilities
        before = await tx.tasks.of_jobs(jobs)
        await tx.annotations.recount(jobs)
        admitted: list[Recorded] = []
        for job_id, tasks in (await tx.tasks.of_jobs(jobs)).items():
            votes = await admit_surplus(tx, jobs[job_id], tasks)
            admitted += [Recorded(item, price, jobs[job_id].campaign) for item, price in votes]
            tasks = (await tx.tasks.of_jobs([job_id]))[job_id] if votes else tasks
            for task in tasks:
                if task.external_id in changed or votes:
                    await _move_task(tx, task, capabilities)
            lost = _lost_votes(tasks) > _lost_votes(before[job_id])
            if lost and not jobs[job_id].demand.closed and not jobs[job_id].erased:
                moved = (await tx.tasks.of_jobs([job_id]))[job_id]
                await plan_tasks(tx, jobs[job_id], moved, capabilities)
        return admitted

    async def _checked(
        self, config: ProviderConfig, item: ReceivedItem, tasks: TasksById
    ) -> Annotation | AnswerProblem:
        """Return the annotation with the schema's names, or why it is refused."""
        if isinstance(item, Malformed):
            return AnswerProblem("malformed", item.field, item.detail, "Send the annotation as documented")
        pair = tasks.get(item.external_id)
        if pair is None or (pair[0].project, pair[0].provider) != config.key:
            return AnswerProblem(
                "unknown_task",
                "external_id",
                f"provider {config.name!r} has no task {item.external_id[:200]!r}",
                "Send the external_id of a task that this provider received",
            )
        task, job = pair
        if job.erased:
            return AnswerProblem("sample_erased", "external_id", "the sample was erased", "Drop the task")
        if (problem := event_problem(item, task, job)) is not None or not item.is_vote:
            return problem or item
        guideline = await self._guidelines.get(job.project, job.guideline_major)
        # The guideline exists, because the task was sent with it: this replica has not read it yet.
        if guideline is None:
            raise TimeoutError(
                f"guideline {job.guideline_major} of {job.project} has not reached this replica yet"
            )
        datum, schema = job.datum or Datum(), guideline.schema
        label = item.original or item.label
        problem = schema.check(label, item.kind, datum)
        if problem is None or label is None:
            return problem or item
        item = replace(item, **schema.respelled_fields(label, item.kind))
        return schema.check(item.original or item.label, item.kind, datum) or item


def _judge_revision(
    standings: Standings, item: Annotation, pair: tuple[Task, Job], config: ProviderConfig
) -> Judged:
    task, job = pair
    price = price_of(item, config.price_per_vote, is_edit=standings.is_edit(item))
    if task.lane is not Lane.LABEL:
        return Judged(item, price, Standing.COUNTS)
    standing = standings.judge(item, job.job_id, votes=task.votes, most=job.demand.max_votes)
    return Judged(item, 0.0 if standing is Standing.REPEATS else price, standing)


def _lost_votes(tasks: Sequence[Task]) -> int:
    """Return the skips and repeats, in place of which other people have to be asked."""
    return sum(task.skips + task.repeats for task in tasks)


async def _move_task(tx: Transaction, task: Task, capabilities: Capabilities) -> None:
    if task.state in (TaskState.OPEN, TaskState.DONE, TaskState.PLANNED):
        finished = task.answers + task.repeats + (0 if capabilities.replaces_skips else task.skips)
        await tx.tasks.move(task.external_id, state_after_answers(task.votes, finished))
