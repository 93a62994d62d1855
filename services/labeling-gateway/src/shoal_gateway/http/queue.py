"""The own queue: next, answer, skip, take back, progress, guideline."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse, Response

from shoal.http.problems import Problem
from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.http.access import check_lane
from shoal_gateway.http.bodies import AnnotationIn, Annotator, SkipIn, guideline_json, task_json
from shoal_gateway.usecases.annotate import Annotate, Kept, Work
from shoal_gateway.usecases.ports import Guidelines
from shoal_gateway.usecases.reports import Reports

May = Annotated[Principal, Depends(require("annotator"))]

TaskId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]
Who = Annotated[Annotator, Query()]
CREATED = 201


class QueueRoutes:
    """Routes for annotators; a key of the project with role annotator or more."""

    def __init__(
        self, annotate: Annotate, guidelines: Guidelines, reports: Reports, directory: ProjectDirectory
    ) -> None:
        self._annotate = annotate
        self._guidelines = guidelines
        self._reports = reports
        self._directory = directory

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(tags=["queue"])
        routes.add_api_route("/v1/projects/{project}/queue/next", self.next_task, methods=["GET"])
        routes.add_api_route(
            "/v1/tasks/{task}/annotations", self.answer, methods=["POST"], status_code=CREATED
        )
        routes.add_api_route("/v1/tasks/{task}/skip", self.skip, methods=["POST"], status_code=CREATED)
        routes.add_api_route("/v1/tasks/{task}/annotations/{annotation}", self.take_back, methods=["DELETE"])
        routes.add_api_route("/v1/projects/{project}/guideline", self.guideline, methods=["GET"])
        routes.add_api_route("/v1/projects/{project}/progress", self.progress, methods=["GET"])
        return routes

    async def next_task(
        self, project: str, annotator: Who, principal: May, lane: Lane = Lane.LABEL
    ) -> Response:
        """Return the next task for this annotator, leased to them; 204 when there is none."""
        self._check(principal, project, lane)
        current = await self._guideline(project)
        found = await self._annotate.next(project, lane, annotator)
        if found is None:
            return Response(status_code=204)
        order, until = found
        guideline = await self._guidelines.get(project, order.guideline_major) or current
        return JSONResponse(task_json(order, until, guideline, current))

    async def answer(self, task: TaskId, body: AnnotationIn, principal: May) -> dict[str, Any]:
        """Keep an answer; another one later is its next revision."""
        await self._check_task(principal, task)
        work = Work(
            external_id=task, annotator=body.annotator, label=body.answer.label, duration_s=body.duration_s
        )
        return _kept_json(await self._annotate.answer(work))

    async def skip(self, task: TaskId, body: SkipIn, principal: May) -> dict[str, Any]:
        """Give the task to somebody else."""
        await self._check_task(principal, task)
        return _kept_json(
            await self._annotate.answer(
                Work(
                    external_id=task,
                    annotator=body.annotator,
                    label=None,
                    reason=body.reason,
                    duration_s=body.duration_s,
                )
            )
        )

    async def take_back(
        self, task: TaskId, annotation: str, annotator: Who, principal: May
    ) -> dict[str, Any]:
        """Take back one's own answer or skip; the task is one's own again."""
        await self._check_task(principal, task)
        return _kept_json(await self._annotate.take_back(task, annotator, annotation))

    async def guideline(self, project: str, principal: May) -> dict[str, Any]:
        """Return the current guideline."""
        self._check(principal, project)
        return guideline_json(await self._guideline(project))

    async def progress(
        self, project: str, principal: May, annotator: Who = "-", lane: Lane = Lane.LABEL
    ) -> dict[str, int]:
        """Return how far the own queue is."""
        self._check(principal, project, lane)
        seen = await self._reports.progress(project, lane, annotator)
        return {"waiting": seen.waiting, "done": seen.done, "yours": seen.yours, "votes": seen.votes}

    def _check(self, principal: Principal, project: str, lane: Lane = Lane.LABEL) -> None:
        check_project(self._directory, principal, project)
        check_lane(principal, lane)

    async def _check_task(self, principal: Principal, task: str) -> None:
        project, lane = await self._annotate.project_of(task)
        self._check(principal, project, lane)

    async def _guideline(self, project: str) -> Guideline:
        found = await self._guidelines.current(project)
        if found is None:
            raise Problem(
                404,
                "No guideline yet",
                f"project {project!r} has no guideline, so that nothing can be labelled",
                field="project",
                fix=f"Publish one at the qa service with POST /v1/projects/{project}/guidelines",
            )
        return found


def _kept_json(kept: Kept) -> dict[str, Any]:
    return {"annotation_id": kept.annotation_id, "revision": kept.revision, "action": kept.action}
