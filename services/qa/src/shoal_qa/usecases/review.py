"""An expert's decision on a job that votes did not settle, stored as an annotation like any other review."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef
from shoal.runtime.refusal import Refused
from shoal_qa.usecases.evaluate import COUNTED, Evaluate
from shoal_qa.usecases.ports import Database, ReceivedAnnotation, StoredJob, Transaction

PROVIDER = "qa"  # of reviews sent to qa's HTTP API


class DecideReview:
    """Decides reviews. The latest live review of a job, from any provider, overrides its votes."""

    def __init__(self, database: Database, evaluate: Evaluate, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._evaluate = evaluate
        self._clock = clock

    async def __call__(self, project: str, job_id: str, label: str, reviewer: str) -> int:
        """Decide a job; return the label's revision. Repeating a decision changes nothing. Raises Refused."""
        async with self._database.transaction() as tx:
            await tx.projects.lock([project])
            stored = _reviewable_job(project, job_id, await tx.jobs.lock([job_id], project))
            await _check_label(tx, stored, label)
            await tx.annotations.add([ReceivedAnnotation(self._review(stored, label, reviewer), "0/0")])
            outcomes = await self._evaluate.within(tx, [stored])
        self._evaluate.count(outcomes)
        return outcomes[0].after.revision if outcomes else stored.revision

    def _review(self, stored: StoredJob, label: str, reviewer: str) -> AnnotationSubmitted:
        now = self._clock()
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
            answer=ClassAnswer(label=label),
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


async def _check_label(tx: Transaction, stored: StoredJob, label: str) -> None:
    classes = await tx.projects.classes(stored.key) or []
    if label not in classes:
        detail = f"label: {label!r} is not in the label schema"
        raise Refused("invalid", detail, field="label", fix=f"Use one of {', '.join(classes[:20])}")
