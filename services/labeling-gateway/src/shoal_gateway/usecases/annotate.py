"""An annotator works through the in-house queue: next task, answer, skip, take back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shoal.runtime.refusal import Refused
from shoal_gateway.domain.annotations import Action, Annotation
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.leases import Assignment, Holding, QueueEntry, Refusal, may_answer, new_lease
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.tasks import Lane, TaskOrder
from shoal_gateway.usecases.errors import title_of
from shoal_gateway.usecases.ids import annotation_id
from shoal_gateway.usecases.ports import Clock, Database, Transaction
from shoal_gateway.usecases.record_annotations import RecordAnnotations
from shoal_gateway.usecases.watch import Watch

FIXES = {
    Refusal.CLOSED: "Take the next task: this one needs no more answers",
    Refusal.FULL: "Take the next task: others have answered this one",
    Refusal.SAMPLE_SEEN: "Take the next task: you have already answered or skipped this sample",
    Refusal.ALREADY_ANSWERED: "Send another answer to change it",
    Refusal.ALREADY_SKIPPED: "Take the next task",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An annotator's answer to a task; `label` is None for a skip."""

    external_id: str
    annotator: str
    label: str | None
    reason: str = ""
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class CurrentRevision:
    """The current revision of an annotation."""

    annotation_id: str
    revision: int
    action: Action


class Annotate:
    """Every step is one transaction that locks the task's row, so two annotators never take the same slot."""

    def __init__(
        self,
        *,
        database: Database,
        record: RecordAnnotations,
        watch: Watch,
        clock: Clock,
        lease_length: timedelta,
    ) -> None:
        self._database = database
        self._record = record
        self._watch = watch
        self._clock = clock
        self._lease_length = lease_length

    async def next(self, project: str, lane: Lane, annotator: str) -> tuple[TaskOrder, datetime] | None:
        """Return a task for `annotator` and the end of its lease, or None if there is no task."""
        now = self._clock()
        async with self._database.transaction() as tx:
            order = await tx.queue.next_order(project, lane, annotator, now)
            if order is None:
                return None
            assignment = new_lease(annotator, now, self._lease_length)
            await tx.queue.assign(order, assignment)
        return order, assignment.leased_until

    async def project_of(self, external_id: str) -> tuple[str, Lane]:
        """Return the task's project and lane. Raises Refused if there is no such task."""
        async with self._database.transaction() as tx:
            order, _ = _require_task(await tx.queue.lock(external_id), external_id)
        return order.project, order.lane

    async def answer(self, submission: Submission) -> CurrentRevision:
        """Store an answer or a skip; repeating it changes nothing. Raises Refused."""
        now = self._clock()
        async with self._database.transaction() as tx:
            order, entry = await _lock_task(tx, submission.external_id)
            refusal = may_answer(entry, submission.annotator, now)
            if refusal is not None:
                raise _hold_refusal(refusal)
            last = await self._last(tx, order, submission.annotator)
            if last is not None and _is_repeat(last, submission):
                return CurrentRevision(last.annotation_id, last.revision, last.action)
            current = await self._store(
                tx, order, submission=submission, action=_next_action(last, submission), now=now
            )
            holding = Holding.SKIPPED if submission.label is None else Holding.ANSWERED
            await tx.queue.assign(order, Assignment(submission.annotator, holding, now), current.revision)
            return current

    async def take_back(self, external_id: str, annotator: str, identifier: str) -> CurrentRevision:
        """Delete the annotator's answer or skip; lease them the task again if a slot is free.

        Raises Refused.
        """
        now = self._clock()
        async with self._database.transaction() as tx:
            order, entry = await _lock_task(tx, external_id)
            last = await self._last(tx, order, annotator)
            if last is None or last.annotation_id != identifier:
                raise _unknown_annotation(identifier)
            if last.action == "deleted":
                return CurrentRevision(last.annotation_id, last.revision, last.action)
            current = await self._store(
                tx,
                order,
                submission=Submission(external_id=external_id, annotator=annotator, label=None),
                action="deleted",
                now=now,
            )
            assignment = _lease_again(entry, annotator, now, self._lease_length)
            await tx.queue.assign(order, assignment, current.revision)
            return current

    async def _store(
        self, tx: Transaction, order: TaskOrder, *, submission: Submission, action: Action, now: datetime
    ) -> CurrentRevision:
        revision = await tx.queue.revision_of(order.external_id, submission.annotator) + 1
        identifier = annotation_id(order.external_id, submission.annotator)
        annotation = Annotation(
            external_id=order.external_id,
            annotation_id=identifier,
            revision=revision,
            action=action,
            annotator=submission.annotator,
            label=submission.label,
            reason=submission.reason,
            submitted_at=now,
            duration_s=submission.duration_s,
        )
        config = ProviderConfig(project=order.project, name=IN_HOUSE, kind=IN_HOUSE)
        tasks = await tx.tasks.lock([order.external_id])
        checked = await self._record.check(config, [annotation], tasks)
        for _, _, problem in checked.bad:
            raise _answer_refusal(problem)
        fresh = await self._record(tx, config, [annotation], "page")
        self._watch.recorded(config, fresh, "page")
        return CurrentRevision(identifier, revision, action)

    async def _last(self, tx: Transaction, order: TaskOrder, annotator: str) -> Annotation | None:
        identifier = annotation_id(order.external_id, annotator)
        return await tx.annotations.latest(order.project, IN_HOUSE, identifier)


async def _lock_task(tx: Transaction, external_id: str) -> tuple[TaskOrder, QueueEntry]:
    """Return a task and its queue entry, both locked; the entry of a cancelled task is closed.

    The queue may not know of the cancellation yet.
    """
    order, entry = _require_task(await tx.queue.lock(external_id), external_id)
    task, _ = (await tx.tasks.lock([external_id]))[external_id]
    return order, replace(entry, open=entry.open and task.is_live)


def _require_task(
    match: tuple[TaskOrder, QueueEntry] | None, external_id: str
) -> tuple[TaskOrder, QueueEntry]:
    if match is None:
        raise Refused(
            "unknown",
            f"the queue has no task {external_id[:200]!r}",
            field="task",
            fix="Take a task from GET /v1/projects/{project}/queue/next",
            title="Unknown task",
        )
    return match


def _is_repeat(last: Annotation, submission: Submission) -> bool:
    if submission.label is None:
        return last.action == "skipped"
    return last.is_vote and last.label == submission.label


def _next_action(last: Annotation | None, submission: Submission) -> Action:
    if submission.label is None:
        return "skipped"
    return "updated" if last is not None and last.is_vote else "submitted"


def _lease_again(entry: QueueEntry, annotator: str, now: datetime, length: timedelta) -> Assignment:
    assignment = entry.assignment_of(annotator)
    freed = (
        replace(assignment, holding=Holding.LEASED, leased_until=now)
        if assignment
        else new_lease(annotator, now, length)
    )
    full = entry.slots_of_others(annotator, now) >= entry.votes
    return freed if full or not entry.open else new_lease(annotator, now, length)


def _hold_refusal(refusal: Refusal) -> Refused:
    return Refused(
        "conflict",
        f"the answer was not stored: {refusal}",
        field="task",
        fix=FIXES[refusal],
        title=title_of(refusal),
    )


def _answer_refusal(problem: AnswerProblem) -> Refused:
    return Refused(
        "gone" if problem.reason == "sample_erased" else "invalid",
        problem.detail,
        field=problem.field,
        fix=problem.fix,
        title=title_of(problem.reason),
    )


def _unknown_annotation(identifier: str) -> Refused:
    return Refused(
        "unknown",
        f"you have no annotation {identifier[:200]!r} on this task",
        field="annotation_id",
        fix="Use the annotation_id from the response to your answer",
        title="Unknown annotation",
    )
