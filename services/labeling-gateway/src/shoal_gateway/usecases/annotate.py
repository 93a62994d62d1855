"""A person works through the own queue: next, answer, skip, take back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shoal.runtime.refusal import Refused
from shoal_gateway.domain.annotations import Action, Annotation
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.leases import Assignment, Holding, Place, Refusal, lease, may_answer
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
    Refusal.SAMPLE_SEEN: "Take the next task: you have answered about this sample before",
    Refusal.ALREADY_ANSWERED: "Send another answer to change it",
    Refusal.ALREADY_SKIPPED: "Take the next task",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One answer as a person gives it; `label` is None for a skip."""

    external_id: str
    annotator: str
    label: str | None
    reason: str = ""
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The revision that stands now."""

    annotation_id: str
    revision: int
    action: Action


class Annotate:
    """Each step is one transaction that holds the task's row, so that two people never take one place."""

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
        """Return a task for `annotator` and when its lease ends, or None when there is none."""
        now = self._clock()
        async with self._database.transaction() as tx:
            order = await tx.queue.next_order(project, lane, annotator, now)
            if order is None:
                return None
            held = lease(annotator, now, self._lease_length)
            await tx.queue.assign(order, held)
        return order, held.leased_until

    async def project_of(self, external_id: str) -> tuple[str, Lane]:
        """Return whose task it is and who may see it. Raises Refused."""
        async with self._database.transaction() as tx:
            order, _ = _there(await tx.queue.lock(external_id), external_id)
        return order.project, order.lane

    async def answer(self, work: Work) -> Kept:
        """Keep an answer or a skip; the same again changes nothing. Raises Refused."""
        now = self._clock()
        async with self._database.transaction() as tx:
            order, place = await _held(tx, work.external_id)
            refusal = may_answer(place, work.annotator, now)
            if refusal is not None:
                raise _conflict(refusal)
            last = await self._last(tx, order, work.annotator)
            if last is not None and _says_the_same(last, work):
                return Kept(last.annotation_id, last.revision, last.action)
            kept = await self._keep(tx, order, work=work, action=_action(last, work), now=now)
            holding = Holding.SKIPPED if work.label is None else Holding.ANSWERED
            await tx.queue.assign(order, Assignment(work.annotator, holding, now), kept.revision)
            return kept

    async def take_back(self, external_id: str, annotator: str, identifier: str) -> Kept:
        """Delete one's own answer or skip; the task is leased to its author again where a place is free."""
        now = self._clock()
        async with self._database.transaction() as tx:
            order, place = await _held(tx, external_id)
            last = await self._last(tx, order, annotator)
            if last is None or last.annotation_id != identifier:
                raise _no_annotation(identifier)
            if last.action == "deleted":
                return Kept(last.annotation_id, last.revision, last.action)
            kept = await self._keep(
                tx,
                order,
                work=Work(external_id=external_id, annotator=annotator, label=None),
                action="deleted",
                now=now,
            )
            held = _held_again(place, annotator, now, self._lease_length)
            await tx.queue.assign(order, held, kept.revision)
            return kept

    async def _keep(
        self, tx: Transaction, order: TaskOrder, *, work: Work, action: Action, now: datetime
    ) -> Kept:
        revision = await tx.queue.revision_of(order.external_id, work.annotator) + 1
        identifier = annotation_id(order.external_id, work.annotator)
        annotation = Annotation(
            external_id=order.external_id,
            annotation_id=identifier,
            revision=revision,
            action=action,
            annotator=work.annotator,
            label=work.label,
            reason=work.reason,
            submitted_at=now,
            duration_s=work.duration_s,
        )
        config = ProviderConfig(project=order.project, name=IN_HOUSE, kind=IN_HOUSE)
        known = await tx.tasks.lock([order.external_id])
        checked = await self._record.check(config, [annotation], known)
        for _, _, problem in checked.bad:
            raise _wrong(problem)
        fresh = await self._record(tx, config, [annotation], "page")
        self._watch.recorded(config, fresh, "page")
        return Kept(identifier, revision, action)

    async def _last(self, tx: Transaction, order: TaskOrder, annotator: str) -> Annotation | None:
        identifier = annotation_id(order.external_id, annotator)
        return await tx.annotations.latest(order.project, IN_HOUSE, identifier)


async def _held(tx: Transaction, external_id: str) -> tuple[TaskOrder, Place]:
    """Return a task and its places, both locked; one that was cancelled is closed, whatever the queue knows."""
    order, place = _there(await tx.queue.lock(external_id), external_id)
    task, _ = (await tx.tasks.lock([external_id]))[external_id]
    return order, replace(place, open=place.open and task.is_live)


def _there(found: tuple[TaskOrder, Place] | None, external_id: str) -> tuple[TaskOrder, Place]:
    if found is None:
        raise Refused(
            "unknown",
            f"the queue has no task {external_id[:200]!r}",
            field="task",
            fix="Take a task from GET /v1/projects/{project}/queue/next",
            title="Unknown task",
        )
    return found


def _says_the_same(last: Annotation, work: Work) -> bool:
    if work.label is None:
        return last.action == "skipped"
    return last.is_vote and last.label == work.label


def _action(last: Annotation | None, work: Work) -> Action:
    if work.label is None:
        return "skipped"
    return "updated" if last is not None and last.is_vote else "submitted"


def _held_again(place: Place, annotator: str, now: datetime, length: timedelta) -> Assignment:
    own = place.of(annotator)
    freed = replace(own, holding=Holding.LEASED, leased_until=now) if own else lease(annotator, now, length)
    full = place.taken_by_others(annotator, now) >= place.votes
    return freed if full or not place.open else lease(annotator, now, length)


def _conflict(refusal: Refusal) -> Refused:
    return Refused(
        "conflict",
        f"the answer was not kept: {refusal}",
        field="task",
        fix=FIXES[refusal],
        title=title_of(refusal),
    )


def _wrong(problem: AnswerProblem) -> Refused:
    return Refused(
        "gone" if problem.reason == "sample_erased" else "invalid",
        problem.detail,
        field=problem.field,
        fix=problem.fix,
        title=title_of(problem.reason),
    )


def _no_annotation(identifier: str) -> Refused:
    return Refused(
        "unknown",
        f"you have no annotation {identifier[:200]!r} on this task",
        field="annotation_id",
        fix="Use the annotation_id that your answer was given",
        title="Unknown annotation",
    )
