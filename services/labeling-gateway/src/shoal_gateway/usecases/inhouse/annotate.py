"""An annotator works through the in-house queue: next task, answer, skip, take back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shoal_gateway.domain.annotations import Action, Annotation
from shoal_gateway.domain.label_schema import CLASS
from shoal_gateway.domain.leases import Assignment, Holding, QueueEntry, may_answer, new_lease
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.domain.tasks import Lane, TaskOrder
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.ids import annotation_id
from shoal_gateway.usecases.inhouse.locking import LockedTask, lock_task
from shoal_gateway.usecases.ports import Clock, Database, ProviderConfigs, Transaction
from shoal_gateway.usecases.refusals import answer_refusal, hold_refusal, unknown_annotation, unknown_task
from shoal_gateway.usecases.watch import Recorded, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An annotator's answer to a task; `label` is None for a skip, which may have a code and a reason.

    `label` is a class, or the canonical JSON of an answer of another `kind`, of which `original` keeps the
    order of objects.
    """

    external_id: str
    annotator: str
    label: str | None
    code: SkipCode | None = None
    reason: str = ""
    duration_s: float | None = None
    kind: str = CLASS
    original: str | None = None


@dataclass(frozen=True, slots=True)
class CurrentRevision:
    """The current revision of an annotation."""

    annotation_id: str
    revision: int
    action: Action


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored revision, and what to report about it once it is committed."""

    current: CurrentRevision
    config: ProviderConfig
    fresh: Sequence[Recorded]


class Annotate:
    """Every step is one transaction that locks the task's row, so two annotators never take the same slot."""

    def __init__(
        self,
        *,
        database: Database,
        configs: ProviderConfigs,
        record: RecordAnnotations,
        watch: Watch,
        clock: Clock,
        lease_length: timedelta,
    ) -> None:
        self._database = database
        self._configs = configs
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

    async def project_of(self, external_id: str, only: str | None) -> tuple[str, Lane]:
        """Return the task's project and lane. only: the project of the caller's key.

        Raises Refused if there is no such task, and equally if it is another project's.
        """
        async with self._database.transaction() as tx:
            match = await tx.queue.project_of(external_id)
        if match is None or only not in (None, match[0]):
            raise unknown_task(external_id)
        return match

    async def answer(self, submission: Submission) -> CurrentRevision:
        """Store an answer or a skip; repeating it changes nothing. Raises Refused."""
        now = self._clock()
        async with self._database.transaction() as tx:
            locked = await lock_task(tx, submission.external_id)
            last = await self._last(tx, locked.order, submission.annotator)
            if last is not None and _is_repeat(last, submission):
                return CurrentRevision(last.annotation_id, last.revision, last.action)
            refusal = may_answer(locked.entry, submission.annotator, now)
            if refusal is not None:
                raise hold_refusal(refusal)
            stored = await self._store(
                tx, locked, submission=submission, action=_next_action(last, submission), now=now
            )
            holding = Holding.SKIPPED if submission.label is None else Holding.ANSWERED
            hold = Assignment(submission.annotator, holding, now)
            await tx.queue.assign(locked.order, hold, stored.current.revision)
        return self._report(stored)

    async def take_back(self, external_id: str, annotator: str, identifier: str) -> CurrentRevision:
        """Delete the annotator's answer or skip; lease them the task again if a slot is free.

        Raises Refused.
        """
        now = self._clock()
        async with self._database.transaction() as tx:
            locked = await lock_task(tx, external_id)
            last = await self._last(tx, locked.order, annotator)
            if last is None or last.annotation_id != identifier:
                raise unknown_annotation(identifier)
            if last.action == "deleted":
                return CurrentRevision(last.annotation_id, last.revision, last.action)
            stored = await self._store(
                tx,
                locked,
                submission=Submission(external_id=external_id, annotator=annotator, label=None),
                action="deleted",
                now=now,
            )
            assignment = _lease_again(locked.entry, annotator, now, self._lease_length)
            await tx.queue.assign(locked.order, assignment, stored.current.revision)
        return self._report(stored)

    def _report(self, stored: "_Stored") -> CurrentRevision:
        self._watch.recorded(stored.config, stored.fresh, "page")
        return stored.current

    async def _store(
        self, tx: Transaction, locked: LockedTask, *, submission: Submission, action: Action, now: datetime
    ) -> "_Stored":
        order = locked.order
        revision = await tx.queue.revision_of(order.external_id, submission.annotator) + 1
        identifier = annotation_id(order.external_id, submission.annotator)
        annotation = Annotation(
            external_id=order.external_id,
            annotation_id=identifier,
            revision=revision,
            action=action,
            annotator=submission.annotator,
            label=submission.label,
            code=submission.code,
            reason=submission.reason,
            submitted_at=now,
            duration_s=submission.duration_s,
            kind=submission.kind,
            original=submission.original,
        )
        config = await self._configs.get(order.project, IN_HOUSE)
        if config is None:
            raise unknown_task(order.external_id)
        tasks = {order.external_id: (locked.task, locked.job)}
        checked = await self._record.check(config, [annotation], tasks)
        for _, _, problem in checked.bad:
            raise answer_refusal(problem)
        fresh = await self._record.store(tx, config, checked=checked, tasks=tasks, found_by="page")
        return _Stored(CurrentRevision(identifier, revision, action), config, fresh)

    async def _last(self, tx: Transaction, order: TaskOrder, annotator: str) -> Annotation | None:
        identifier = annotation_id(order.external_id, annotator)
        return await tx.annotations.latest(order.project, IN_HOUSE, identifier)


def _is_repeat(last: Annotation, submission: Submission) -> bool:
    if submission.label is None:
        return last.action == "skipped" and (last.code, last.reason) == (submission.code, submission.reason)
    return last.is_vote and (last.label, last.kind) == (submission.label, submission.kind)


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
