"""Routes of the in-house queue: next task, answer, skip, last answer, take back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from shoal.contracts.answers import SkipAnswer
from shoal.contracts.base import NO_NUL
from shoal.http.guard import takes_many_values
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import Annotator, AnnotatorProject, check_project
from shoal.security import Principal
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.domain.tasks import Lane, TaskOrder
from shoal_gateway.http.access import check_lane, own_name
from shoal_gateway.http.parts import Parts, Wired
from shoal_gateway.http.schemas import AnnotationAnswer, AnnotationIn, SkipIn
from shoal_gateway.http.task_schemas import LastAnswerAnswer, TaskAnswer
from shoal_gateway.http.work import AnnotatorQuery, LaneQuery, current_guideline
from shoal_gateway.usecases.inhouse.annotate import Submission
from shoal_gateway.usecases.label_types import label_fields

CREATED, NO_CONTENT = 201, 204
TaskId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the task.")]
AnnotationId = Annotated[
    str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the annotation.")
]

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
    await current_guideline(parts, project)
    task = await parts.annotate.next(project, lane, own_name(key, annotator))
    if task is None:
        return Response(status_code=NO_CONTENT)
    return await _task_answer(parts, *task)


@routes.get(
    "/v1/projects/{project}/queue/last",
    response_model=LastAnswerAnswer,
    summary="Show the annotator's last answer",
    responses={NO_CONTENT: {"description": "There is no answer."}, **problem_responses(404, 409, 410)},
)
async def show_last_answer(
    *,
    project: AnnotatorProject,
    annotator: AnnotatorQuery,
    key: Annotator,
    parts: Wired,
    lane: LaneQuery = Lane.LABEL,
) -> LastAnswerAnswer | Response:
    """Return the annotator's last answer or skip that was not taken back, if it can be changed."""
    check_lane(key, lane)
    last = await parts.last_answer(project, lane, own_name(key, annotator))
    if last is None:
        return Response(status_code=NO_CONTENT)
    return LastAnswerAnswer.of(last, await _task_answer(parts, last.order, None))


@routes.post(
    "/v1/tasks/{task}/annotations",
    status_code=CREATED,
    summary="Answer a task",
    responses=problem_responses(404, 409, 410),
)
@takes_many_values
async def answer_task(task: TaskId, body: AnnotationIn, key: Annotator, parts: Wired) -> AnnotationAnswer:
    """Store an answer; a later one is its next revision."""
    await _check_task(key, parts, task)
    submission = _submission_of(task, own_name(key, body.annotator), body)
    return AnnotationAnswer.of(await parts.annotate.answer(submission))


def _submission_of(task: str, annotator: str, body: AnnotationIn) -> Submission:
    if isinstance(body.answer, SkipAnswer):
        return Submission(
            external_id=task,
            annotator=annotator,
            label=None,
            code=_skip_code(body.answer.code),
            reason=body.answer.reason,
            duration_s=body.duration_s,
        )
    return Submission(
        external_id=task, annotator=annotator, duration_s=body.duration_s, **label_fields(body.answer)
    )


def _skip_code(code: str | None) -> SkipCode | None:
    if code is None or code in list(SkipCode):
        return None if code is None else SkipCode(code)
    raise Problem(
        422,
        "Invalid request",
        f"{code!r} is no reason for a skip",
        field="answer.code",
        fix=f"Send one of: {', '.join(SkipCode)}",
    )


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
        annotator=own_name(key, body.annotator),
        label=None,
        code=body.code,
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
    return AnnotationAnswer.of(await parts.annotate.take_back(task, own_name(key, annotator), annotation))


async def _check_task(key: Principal, parts: Parts, task: str) -> None:
    project, lane = await parts.annotate.project_of(task, key.project)
    await check_project(parts.projects, key, project)
    check_lane(key, lane)


async def _task_answer(parts: Parts, order: TaskOrder, leased_until: datetime | None) -> TaskAnswer:
    """Return a task as the page shows it; only in the review lane does it carry the votes."""
    current = await current_guideline(parts, order.project)
    guideline = await parts.guidelines.get(order.project, order.guideline_major) or current
    dispute = await parts.work.dispute(order.project, order.job_id) if order.lane is Lane.REVIEW else None
    return TaskAnswer.of(
        order, leased_until, guideline=guideline, current=current, dispute=dispute, media=parts.media
    )
