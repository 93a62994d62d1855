"""Routes about an annotator's work: the projects that a key opens, the guideline, the progress."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from shoal.contracts.base import Timestamp
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import Annotator, AnnotatorProject
from shoal.security import Principal, ProjectInfo
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.http.access import UNNAMED, check_lane, may_review, own_name
from shoal_gateway.http.guideline_schemas import GuidelineAnswer
from shoal_gateway.http.parts import Parts, Wired
from shoal_gateway.http.schemas import AnnotatorName
from shoal_gateway.http.work_schemas import ProgressAnswer, ProjectAnswer, ProjectsAnswer

AnnotatorQuery = Annotated[AnnotatorName, Query(description="Name of the annotator.", examples=["ann"])]
LaneQuery = Annotated[Lane, Query(description="label: all annotators; review: reviewers only.")]
Since = Annotated[
    Timestamp | None,
    Query(
        description="Start of `answered_since`, such as the annotator's midnight; default: UTC's midnight."
    ),
]

routes = APIRouter(tags=["queue"])


@routes.get("/v1/projects", summary="List the projects of the key")
async def list_projects(key: Annotator, parts: Wired, annotator: AnnotatorQuery = UNNAMED) -> ProjectsAnswer:
    """Return the projects that the key opens, with the number of tasks that wait for the annotator."""
    infos, name = _projects_of(key, parts), own_name(key, annotator)
    names = [info.project for info in infos]
    lanes = [Lane.LABEL, Lane.REVIEW] if may_review(key) else [Lane.LABEL]
    waiting = {lane: await parts.work.waiting_by_project(names, lane, name) for lane in lanes}
    return ProjectsAnswer(
        projects=[
            ProjectAnswer.of(info, await parts.guidelines.current(info.project), waiting) for info in infos
        ]
    )


@routes.get(
    "/v1/projects/{project}/guideline", summary="Show the guideline", responses=problem_responses(404)
)
async def show_guideline(project: AnnotatorProject, parts: Wired) -> GuidelineAnswer:
    """Return the current guideline."""
    return GuidelineAnswer.of(await current_guideline(parts, project), parts.media)


@routes.get("/v1/projects/{project}/progress", summary="Show progress", responses=problem_responses(404))
async def show_progress(
    *,
    project: AnnotatorProject,
    key: Annotator,
    parts: Wired,
    annotator: AnnotatorQuery = UNNAMED,
    lane: LaneQuery = Lane.LABEL,
    since: Since = None,
) -> ProgressAnswer:
    """Return the work of one annotator, and how many tasks of the in-house queue wait and are done."""
    check_lane(key, lane)
    start = since or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    own = await parts.work.annotator_progress(project, lane, own_name(key, annotator), start)
    return ProgressAnswer.of(await parts.work.queue_progress(project, lane), own)


def _projects_of(key: Principal, parts: Parts) -> list[ProjectInfo]:
    names = parts.projects.names() if key.project is None else [key.project]
    return [info for name in names if (info := parts.projects.get(name)) is not None]


async def current_guideline(parts: Parts, project: str) -> Guideline:
    """Return a project's newest guideline. Raises Problem without one."""
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
