"""Labels, jobs, reviews, metrics and annotators over HTTP."""

from collections import defaultdict
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import TypeAdapter

from shoal.answers import stored_label
from shoal.contracts.base import NO_NUL
from shoal.contracts.quality import QualityMeasured
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import OperatorProject, Reviewer, ReviewerProject
from shoal_qa.http.parts import Parts, Row, Wired
from shoal_qa.http.quality_schemas import (
    AnnotatorAnswer,
    AnnotatorsAnswer,
    MetricsAnswer,
    ProductionAnswer,
)
from shoal_qa.http.schemas import (
    AnnotationsAnswer,
    DecisionAnswer,
    JobAnswer,
    LabelAnswer,
    LabelsAnswer,
    ReviewAnswer,
    ReviewIn,
    ReviewsAnswer,
    RevisionAnswer,
)
from shoal_qa.usecases.measures.production import production_rows, version_accuracies

After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Cursor: `next_after` of the last answer.")]
Limit = Annotated[int, Query(ge=1, le=5000, description="Largest number of items to return.")]
Include = Annotated[Literal["", "votes"], Query(description="`votes` adds the votes of every label.")]
JobId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the job.")]
LABELS, REVISIONS = TypeAdapter(list[LabelAnswer]), TypeAdapter(list[RevisionAnswer])

routes = APIRouter(prefix="/v1/projects/{project}", tags=["labels"])


@routes.get("/labels", summary="List labels", responses=problem_responses(404))
async def list_labels(
    *,
    project: OperatorProject,
    parts: Wired,
    after: After = 0,
    limit: Limit = 500,
    include: Include = "",
) -> LabelsAnswer:
    """Return the current state of labels that changed after a cursor; `include=votes` adds their votes."""
    rows = await parts.reports.labels(project, after, limit)
    if include == "votes":
        await _add_votes(parts, project, rows)
    next_after = rows[-1]["seq"] if rows else after
    return LabelsAnswer(labels=LABELS.validate_python(rows), next_after=next_after, more=len(rows) == limit)


@routes.get("/annotations", summary="List annotations", responses=problem_responses(404))
async def list_annotations(
    project: OperatorProject, parts: Wired, after: After = 0, limit: Limit = 500
) -> AnnotationsAnswer:
    """Return the revisions of annotations after a cursor, in the order of arrival."""
    rows = await parts.reports.annotations(project, after, limit)
    next_after = rows[-1]["seq"] if rows else after
    return AnnotationsAnswer(
        annotations=REVISIONS.validate_python(rows), next_after=next_after, more=len(rows) == limit
    )


@routes.get("/jobs/{job_id}", summary="Show a job", responses=problem_responses(404))
async def show_job(project: OperatorProject, job_id: JobId, parts: Wired) -> JobAnswer:
    """Return a job with its state and votes."""
    row = await parts.reports.job(project, job_id)
    if row is None:
        detail = f"project {project!r} has no job {job_id!r}"
        raise Problem(404, "Unknown job", detail, field="job_id", fix="Use the job_id of labeling.jobs")
    return JobAnswer.model_validate({**row, "votes": await parts.reports.votes(project, [job_id])})


@routes.get("/reviews", summary="List reviews", responses=problem_responses(404))
async def list_reviews(project: ReviewerProject, parts: Wired, limit: Limit = 100) -> ReviewsAnswer:
    """Return jobs that wait for an expert, with their votes."""
    rows = await parts.reports.reviews(project, limit)
    await _add_votes(parts, project, rows)
    return ReviewsAnswer(reviews=[ReviewAnswer.model_validate(row) for row in rows])


@routes.post("/reviews/{job_id}", summary="Decide a review", responses=problem_responses(404, 409))
async def decide_review(
    *, project: ReviewerProject, job_id: JobId, body: ReviewIn, key: Reviewer, parts: Wired
) -> DecisionAnswer:
    """Set a job's label by an expert's decision, which votes do not change."""
    if key.annotator not in (None, body.reviewer):
        raise Problem(
            403,
            "Another reviewer's name",
            f"this key is for the reviewer {key.annotator!r}",
            field="reviewer",
            fix=f"Send the reviewer {key.annotator!r}",
        )
    answer = body.expert_answer()
    revision = await parts.decide_review(project, job_id, answer, body.reviewer, field=body.answer_field())
    return DecisionAnswer(job_id=job_id, label=stored_label(answer) or "", answer=answer, revision=revision)


@routes.get("/metrics", summary="Show metrics", responses=problem_responses(404))
async def show_metrics(project: OperatorProject, parts: Wired) -> MetricsAnswer:
    """Return the quality and cost of labels, the states of jobs, and the accuracy of production models."""
    measured = await parts.reports.quality(project)
    accuracies = version_accuracies(await parts.reports.audited(project))
    return MetricsAnswer(
        measured=None if measured is None else QualityMeasured.model_validate(measured),
        jobs=await parts.reports.jobs_by_state(project),
        production=[ProductionAnswer(**row) for row in production_rows(accuracies)],
    )


@routes.get("/annotators", summary="List annotators", responses=problem_responses(404))
async def list_annotators(project: OperatorProject, parts: Wired) -> AnnotatorsAnswer:
    """Return annotators with skill, its 95 % interval, and state."""
    rows = await parts.reports.annotators(project)
    return AnnotatorsAnswer(annotators=[AnnotatorAnswer(**row) for row in rows])


async def _add_votes(parts: Parts, project: str, rows: list[Row]) -> None:
    by_job: dict[str, list[Row]] = defaultdict(list)
    for vote in await parts.reports.votes(project, [row["job_id"] for row in rows]):
        by_job[vote["job_id"]].append(vote)
    for row in rows:
        row["votes"] = by_job[row["job_id"]]
