"""Record jobs and annotations: stored first, then evaluated, so that the later one sees both."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from shoal.answers import Problem, answer_problem
from shoal.contracts.answers import Answer, SkipAnswer
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.labels import AnnotationSubmitted, LabelingJob
from shoal.contracts.samples import Content
from shoal.messaging import RejectedItem
from shoal_qa.usecases.annotations.parked import parked_letter
from shoal_qa.usecases.evaluation.counting import count_annotations
from shoal_qa.usecases.ports import Database, ReceivedAnnotation, Transaction

EvaluateJobs = Callable[[Collection[str]], Awaitable[int]]
OF_CONTENT = ("boxes", "polygons", "spans", "ranking", "pair")
"""Kinds whose answers are checked against the content of their job."""


class RecordJobs:
    """Records jobs of samplers, and those of gold items."""

    def __init__(self, database: Database, evaluate: EvaluateJobs, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._evaluate = evaluate
        self._clock = clock

    async def __call__(self, jobs: Sequence[LabelingJob]) -> list[RejectedItem]:
        """Record a batch; return the rejected jobs.

        Annotations that waited for these jobs count from now on. Those that do not fit their job become dead
        letters.
        """
        async with self._database.transaction() as tx:
            await tx.projects.lock({job.project for job in jobs})
            parked = await tx.annotations.parked_for(jobs)
            await tx.jobs.add(jobs)
            majors = await tx.jobs.majors({job.job_id for job in jobs})
            await _remove_unfit(tx, parked, self._clock())
        own = [majors[job.job_id][0] == job.project for job in jobs]
        await self._evaluate({job.job_id for job, is_own in zip(jobs, own, strict=True) if is_own})
        return [
            _other_project(index, job.project, job.job_id) for index, job in enumerate(jobs) if not own[index]
        ]


class RecordAnnotations:
    """Records annotations by revision; their job may arrive later."""

    def __init__(self, database: Database, evaluate: EvaluateJobs) -> None:
        self._database = database
        self._evaluate = evaluate

    async def __call__(self, batch: Sequence[ReceivedAnnotation]) -> list[RejectedItem]:
        """Record a batch and evaluate its jobs; return the rejected annotations."""
        async with self._database.transaction() as tx:
            await tx.projects.lock({received.event.project for received in batch})
            rejected = await _find_rejected(tx, batch)
            wrong = {received.index for received in rejected}
            good = [received for index, received in enumerate(batch) if index not in wrong]
            added = await tx.annotations.add(good)
        count_annotations(added)
        await self._evaluate({received.event.job_id for received in good})
        return rejected


async def _remove_unfit(tx: Transaction, parked: Sequence[ReceivedAnnotation], now: datetime) -> None:
    """Remove the annotations that do not fit the job that they waited for; each becomes a dead letter."""
    if not parked:
        return
    rejected = await _find_rejected(tx, parked)
    await tx.annotations.remove([parked[item.index] for item in rejected])
    letters = [parked_letter(parked[item.index], item.reason, item.detail, now) for item in rejected]
    await tx.outbox.publish(letters)


async def _find_rejected(tx: Transaction, batch: Sequence[ReceivedAnnotation]) -> list[RejectedItem]:
    keys = {(received.event.project, received.event.guideline.major) for received in batch}
    schemas = {key: await tx.projects.schema(key) for key in sorted(keys)}
    job_ids = {received.event.job_id for received in batch}
    majors = await tx.jobs.majors(job_ids)
    with_shapes = any(schema is not None and schema.kind in OF_CONTENT for schema in schemas.values())
    contents = await tx.jobs.contents(job_ids) if with_shapes else {}
    rejected = []
    for index, received in enumerate(batch):
        event = received.event
        schema = schemas[event.project, event.guideline.major]
        project, major = majors.get(event.job_id, (event.project, event.guideline.major))
        if schema is None:
            detail = f"guideline.major: project {event.project!r} has no guideline {event.guideline.major}"
            fix = "publish the guideline at qa, then replay"
            rejected.append(RejectedItem(index, "unknown_guideline", f"{detail}; {fix}"))
        elif project != event.project:
            rejected.append(_other_project(index, event.project, event.job_id))
        elif major != event.guideline.major:
            detail = f"guideline.major: {event.guideline.major} differs from {major} of the job"
            rejected.append(RejectedItem(index, "wrong_guideline", f"{detail}; send the job's guideline"))
        elif problem := _action_problem(event) or _answer_problem(
            schema, event.answer, contents.get(event.job_id)
        ):
            reason = "unknown_label" if problem.field.endswith("label") else "wrong_answer"
            detail = f"{problem.field}: {problem.detail}; {problem.fix[:1].lower()}{problem.fix[1:]}"
            rejected.append(RejectedItem(index, reason, detail))
    return rejected


def _action_problem(event: AnnotationSubmitted) -> Problem | None:
    """Return why an action and its answer contradict each other, such as a deletion that has an answer."""
    has_answer, action = event.answer is not None, event.action
    if action in ("submitted", "updated") and not has_answer:
        detail = f"no answer comes with the action {action!r}"
        return Problem(field="answer", detail=detail, fix="Send the answer, or the action 'deleted'")
    if action in ("deleted", "skipped") and has_answer and not isinstance(event.answer, SkipAnswer):
        detail = f"the action is {action!r}, and an answer comes with it"
        return Problem(field="action", detail=detail, fix="Send no answer, or the action 'updated'")
    return None


def _answer_problem(schema: LabelSchema, answer: Answer | None, content: Content | None) -> Problem | None:
    """Return why an answer does not fit its schema, or the content of a job that has arrived."""
    if answer is None or (content is None and schema.kind in OF_CONTENT and answer.kind == schema.kind):
        return None
    return answer_problem(schema, answer, content or Content())


def _other_project(index: int, project: str, job_id: str) -> RejectedItem:
    """Return the rejection of an event whose job is another project's."""
    detail = f"job_id: {job_id!r} is no job of project {project!r}; send the id of one of its jobs"
    return RejectedItem(index, "other_project", detail)
