"""An expert's decision on a job that votes did not settle, stored as an annotation like any other review."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shoal.answers import answer_problem, stored_label
from shoal.contracts.answers import Answer
from shoal.contracts.ids import stable_id
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef
from shoal.contracts.samples import Content
from shoal.runtime.refusal import Refused
from shoal_qa.usecases.evaluation.evaluate import COUNTED, Evaluate
from shoal_qa.usecases.gold import answer_path
from shoal_qa.usecases.ports import Database, ReceivedAnnotation, StoredJob, Transaction

PROVIDER = "qa"  # of reviews sent to qa's HTTP API


class DecideReview:
    """Decides reviews. The latest live review of a job, from any provider, overrides its votes."""

    def __init__(self, database: Database, evaluate: Evaluate, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._evaluate = evaluate
        self._clock = clock

    async def __call__(
        self, project: str, job_id: str, answer: Answer, reviewer: str, *, field: str = "answer"
    ) -> int:
        """Decide a job; return the label's revision. Repeating a decision changes nothing. Raises Refused.

        field: what holds the answer in the request, `label` or `answer`.
        """
        async with self._database.transaction() as tx:
            await tx.projects.lock([project])
            stored = _reviewable_job(project, job_id, await tx.jobs.lock([job_id], project))
            await _check_answer(tx, stored, answer, field)
            await tx.annotations.add([ReceivedAnnotation(self._review(stored, answer, reviewer), "0/0")])
            outcomes = await self._evaluate.within(tx, [stored])
        self._evaluate.count(outcomes)
        return outcomes[0].after.revision if outcomes else stored.revision

    def _review(self, stored: StoredJob, answer: Answer, reviewer: str) -> AnnotationSubmitted:
        now, label = self._clock(), stored_label(answer)
        return AnnotationSubmitted(
            project=stored.project,
            job_id=stored.job_id,
            sample_id=stored.sample_id,
            task_id=stored.job_id,
            provider=PROVIDER,
            annotator=reviewer,
            annotation_id=stable_id("review", stored.job_id, reviewer, label, now.isoformat()),
            revision=1,
            action="submitted",
            answer=answer,
            purpose="review",
            guideline=GuidelineRef(major=stored.major, minor=stored.minor),
            submitted_at=now,
        )


def _reviewable_job(project: str, job_id: str, jobs: Sequence[StoredJob]) -> StoredJob:
    if not jobs or jobs[0].job.state == "erased":
        detail = f"project {project!r} has no job {job_id[:200]!r}"
        raise Refused("unknown", detail, field="job_id", fix=f"See GET /v1/projects/{project}/reviews")
    stored = jobs[0]
    if stored.purpose not in COUNTED:
        detail = f"job_id: job {job_id} is a {stored.purpose} item and is not reviewed"
        fix = f"Correct a gold answer with POST /v1/projects/{project}/gold"
        raise Refused("conflict", detail, field="job_id", fix=fix)
    return stored


async def _check_answer(tx: Transaction, stored: StoredJob, answer: Answer, held_by: str) -> None:
    """Raise Refused if an answer does not fit the job's label schema or content, or is a skip."""
    schema = await tx.projects.schema(stored.key)
    contents = await tx.jobs.contents([stored.job_id])
    if schema is None or answer.kind == "skip":
        detail = "answer.kind: an expert's answer cannot be a skip"
        raise Refused("invalid", detail, field="answer.kind", fix="Send the right answer")
    problem = answer_problem(schema, answer, contents.get(stored.job_id, Content()))
    if problem is not None:
        field = answer_path(problem.field, held_by)
        raise Refused("invalid", f"{field}: {problem.detail}", field=field, fix=problem.fix)
