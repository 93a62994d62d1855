"""Routes of the in-house queue: next task, answer, skip, take back, guideline, progress."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import Annotator, AnnotatorProject, check_project
from shoal.inputs import NO_NUL
from shoal.security import Principal
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.http.access import check_lane
from shoal_gateway.http.parts import Parts, Wired
from shoal_gateway.http.schemas import (
    AnnotationAnswer,
    AnnotationIn,
    AnnotatorName,
    GuidelineAnswer,
    ProgressAnswer,
    SkipIn,
    TaskAnswer,
)
from shoal_gateway.usecases.annotate import Submission

CREATED, NO_CONTENT = 201, 204
TaskId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the task.")]
AnnotationId = Annotated[
    str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the annotation.")
]
AnnotatorQuery = Annotated[AnnotatorName, Query(description="Name of the annotator.", examples=["ann"])]
LaneQuery = Annotated[Lane, Query(description="label: all annotators; review: reviewers only.")]

routes = APIRouter(tags=["queue"])


@routes.get(
    "/v1/projects/{project}/queue/next",
    response_model=TaskAnswer,
    summary="Take the next task",
    responses={NO_CONTENT: {"description": "There is no task for this annotator."}, **problem_responses(404)},
)
async def take_task(
    *,
    project: AnnotatorProject,
    annotator: AnnotatorQuery,
    key: Annotator,
    parts: Wired,
    lane: LaneQuery = Lane.LABEL,
) -> TaskAnswer | Response:
    """Return the next task for this annotator, leased to them; 204 if there is none."""
    check_lane(key, lane)
    current = await _current_guideline(parts, project)
    task = await parts.annotate.next(project, lane, annotator)
    if task is None:
        return Response(status_code=NO_CONTENT)
    order, until = task
    guideline = await parts.guidelines.get(project, order.guideline_major) or current
    return TaskAnswer.of(order, until, guideline=guideline, current=current)


@routes.post(
    "/v1/tasks/{task}/annotations",
    status_code=CREATED,
    summary="Answer a task",
    responses=problem_responses(404, 409, 410),
)
async def answer_task(task: TaskId, body: AnnotationIn, key: Annotator, parts: Wired) -> AnnotationAnswer:
    """Store an answer; a later one is its next revision."""
    await _check_task(key, parts, task)
    submission = Submission(
        external_id=task,
        annotator=body.annotator,
        label=body.answer.label,
        duration_s=body.duration_s,
    )
    return AnnotationAnswer.of(await parts.annotate.answer(submission))


@routes.post(
    "/v1/tasks/{task}/skip",
    status_code=CREATED,
    summary="Skip a task",
    responses=problem_responses(404, 409, 410),
)
async def skip_task(task: TaskId, body: SkipIn, key: Annotator, parts: Wired) -> AnnotationAnswer:
    """Skip a task; another annotator gets it."""
    await _check_task(key, parts, task)
    submission = Submission(
        external_id=task,
        annotator=body.annotator,
        label=None,
        reason=body.reason,
        duration_s=body.duration_s,
    )
    return AnnotationAnswer.of(await parts.annotate.answer(submission))


@routes.delete(
    "/v1/tasks/{task}/annotations/{annotation}",
    summary="Take an answer back",
    responses=problem_responses(404, 409, 410),
)
async def withdraw_annotation(
    *, task: TaskId, annotation: AnnotationId, annotator: AnnotatorQuery, key: Annotator, parts: Wired
) -> AnnotationAnswer:
    """Take back the annotator's own answer or skip; the task is leased to them again."""
    await _check_task(key, parts, task)
    return AnnotationAnswer.of(await parts.annotate.take_back(task, annotator, annotation))


@routes.get(
    "/v1/projects/{project}/guideline", summary="Show the guideline", responses=problem_responses(404)
)
async def show_guideline(project: AnnotatorProject, parts: Wired) -> GuidelineAnswer:
    """Return the current guideline."""
    return GuidelineAnswer.of(await _current_guideline(parts, project))


@routes.get("/v1/projects/{project}/progress", summary="Show progress", responses=problem_responses(404))
async def show_progress(
    *,
    project: AnnotatorProject,
    key: Annotator,
    parts: Wired,
    annotator: AnnotatorQuery = "-",
    lane: LaneQuery = Lane.LABEL,
) -> ProgressAnswer:
    """Return how many tasks of the in-house queue wait and are done."""
    check_lane(key, lane)
    return ProgressAnswer.of(await parts.reports.progress(project, lane, annotator))


async def _check_task(key: Principal, parts: Parts, task: str) -> None:
    project, lane = await parts.annotate.project_of(task)
    check_project(parts.projects, key, project)
    check_lane(key, lane)


async def _current_guideline(parts: Parts, project: str) -> Guideline:
    guideline = await parts.guidelines.current(project)
    if guideline is None:
        raise Problem(
            404,
            "No guideline yet",
            f"project {project!r} has no guideline, so nothing can be labelled",
            field="project",
            fix=f"Publish one at the qa service with POST /v1/projects/{project}/guidelines",
        )
    return guideline
