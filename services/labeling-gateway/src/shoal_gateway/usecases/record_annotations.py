"""Annotations arrive by feed, webhook or page: check, store once, announce, and recount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_gateway.domain.annotations import Annotation, new_revisions, price_of
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import TaskState, state_after_answers
from shoal_gateway.usecases.ids import event_id
from shoal_gateway.usecases.planning import plan_tasks
from shoal_gateway.usecases.ports import Guidelines, Malformed, Providers, ReceivedItem, Transaction
from shoal_gateway.usecases.translate import to_event
from shoal_gateway.usecases.watch import Watch

TasksById = Mapping[str, tuple[Task, Job]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The valid annotations, and the others as (index in the input, item, problem)."""

    good: list[Annotation]
    bad: list[tuple[int, ReceivedItem, AnswerProblem]]


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
            problem = (
                AnswerProblem("malformed", item.field, item.detail, "Send the annotation as documented")
                if isinstance(item, Malformed)
                else await self._problem(config, item, tasks)
            )
            if problem is not None:
                result.bad.append((index, item, problem))
            elif isinstance(item, Annotation):
                result.good.append(item)
        return result

    async def __call__(
        self, tx: Transaction, config: ProviderConfig, items: Sequence[ReceivedItem], found_by: str
    ) -> list[Annotation]:
        """Store, announce and return the new, valid annotations; store refused ones for operators."""
        ids = {item.external_id for item in items if isinstance(item, Annotation)}
        tasks = await tx.tasks.lock(config.project, ids)
        checked = await self.check(config, items, tasks)
        await tx.annotations.refuse(
            config, [(item, problem.reason, problem.detail) for _, item, problem in checked.bad]
        )
        fresh = await self._store(tx, config, good=checked.good, tasks=tasks, found_by=found_by)
        await self._recount(tx, config, fresh, tasks)
        self._watch.refused(config, [problem for _, _, problem in checked.bad])
        return fresh

    async def _store(
        self,
        tx: Transaction,
        config: ProviderConfig,
        *,
        good: Sequence[Annotation],
        tasks: TasksById,
        found_by: str,
    ) -> list[Annotation]:
        distinct = new_revisions(good, ())
        priced = [(item, price_of(item, config.price_per_vote)) for item in distinct]
        new = await tx.annotations.add(config, priced, found_by)
        fresh = [(item, price) for item, price in priced if item.key in new]
        await tx.outbox.publish(
            [
                (
                    to_event(item, *tasks[item.external_id], price),
                    event_id(config.project, config.name, item.annotation_id, item.revision),
                )
                for item, price in fresh
            ]
        )
        return [item for item, _ in fresh]

    async def _recount(
        self, tx: Transaction, config: ProviderConfig, fresh: Sequence[Annotation], tasks: TasksById
    ) -> None:
        if not fresh:
            return
        capabilities = self._providers.of(config).capabilities
        counts = await tx.annotations.recount({item.external_id for item in fresh})
        for external_id, (answers, skips) in counts.items():
            task, job = tasks[external_id]
            if task.state in (TaskState.OPEN, TaskState.DONE, TaskState.PLANNED):
                finished = answers if capabilities.replaces_skips else answers + skips
                await tx.tasks.move(external_id, state_after_answers(task.votes, finished))
            if skips > task.skips and not job.demand.closed and not job.erased:
                await self._replace_skips(tx, job, capabilities)

    async def _replace_skips(self, tx: Transaction, job: Job, capabilities: Capabilities) -> None:
        tasks = (await tx.tasks.of_jobs([job.job_id])).get(job.job_id, [])
        await plan_tasks(tx, job, tasks, capabilities)

    async def _problem(
        self, config: ProviderConfig, item: Annotation, tasks: TasksById
    ) -> AnswerProblem | None:
        pair = tasks.get(item.external_id)
        if pair is None or (pair[0].project, pair[0].provider) != config.key:
            return AnswerProblem(
                "unknown_task",
                "external_id",
                f"provider {config.name!r} has no task {item.external_id[:200]!r}",
                "Send the external_id of a task that this provider received",
            )
        job = pair[1]
        if job.erased:
            return AnswerProblem("sample_erased", "external_id", "the sample was erased", "Drop the task")
        if not item.is_vote:
            return None
        guideline = await self._guidelines.get(job.project, job.guideline_major)
        # The guideline exists, because the task was sent with it: this replica has not read it yet.
        if guideline is None:
            raise TimeoutError(
                f"guideline {job.guideline_major} of {job.project} has not reached this replica yet"
            )
        return guideline.schema.check(item.label)
