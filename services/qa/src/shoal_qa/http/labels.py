"""Labels, jobs, reviews, metrics and annotators over HTTP."""

from collections import defaultdict
from dataclasses import asdict
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from shoal.http.problems import Problem
from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_qa.usecases.ports import AuditedCount
from shoal_qa.usecases.production import version_accuracies
from shoal_qa.usecases.review import DecideReview

Operator = Annotated[Principal, Depends(require("operator"))]
Reviewer = Annotated[Principal, Depends(require("reviewer"))]

Row = dict[str, Any]
After = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=5000)]


class ReviewIn(BaseModel):
    """An expert's decision."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(min_length=1, max_length=200)
    reviewer: str = Field(min_length=1, max_length=200)


class Reports(Protocol):
    """What people ask."""

    async def labels(self, project: str, after: int, limit: int) -> list[Row]:
        """Return labels that changed after `after`."""

    async def annotations(self, project: str, after: int, limit: int) -> list[Row]:
        """Return annotations by revision, as they came."""

    async def votes(self, job_ids: list[str]) -> list[Row]:
        """Return jobs' votes."""

    async def job(self, project: str, job_id: str) -> Row | None:
        """Return a job."""

    async def quality(self, project: str) -> Row | None:
        """Return the metrics as last measured."""

    async def annotators(self, project: str) -> list[Row]:
        """Return annotators."""

    async def reviews(self, project: str, limit: int) -> list[Row]:
        """Return jobs that wait for an expert."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return what the audit took, a version's rates side by side, newest versions first."""

    async def jobs_by_state(self, project: str) -> dict[str, int]:
        """Return how many jobs are in each state."""


class LabelRoutes:
    """Routes for those who use labels, and those who answer for them."""

    def __init__(self, reports: Reports, decide: DecideReview, directory: ProjectDirectory) -> None:
        self._reports = reports
        self._decide = decide
        self._directory = directory

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(prefix="/v1/projects/{project}", tags=["labels"])
        routes.add_api_route("/labels", self.labels, methods=["GET"])
        routes.add_api_route("/annotations", self.annotations, methods=["GET"])
        routes.add_api_route("/jobs/{job_id}", self.job, methods=["GET"])
        routes.add_api_route("/reviews", self.reviews, methods=["GET"])
        routes.add_api_route("/reviews/{job_id}", self.decide, methods=["POST"])
        routes.add_api_route("/metrics", self.metrics, methods=["GET"])
        routes.add_api_route("/annotators", self.annotators, methods=["GET"])
        return routes

    async def labels(
        self, project: str, principal: Operator, after: After = 0, limit: Limit = 500, include: str = ""
    ) -> dict[str, Any]:
        """Return labels that changed after a cursor, each as it stands; `include=votes` adds their votes."""
        check_project(self._directory, principal, project)
        rows = await self._reports.labels(project, after, limit)
        if include == "votes":
            await self._add_votes(rows)
        following = rows[-1]["seq"] if rows else after
        return {"labels": rows, "next_after": following, "more": len(rows) == limit}

    async def annotations(
        self, project: str, principal: Operator, after: After = 0, limit: Limit = 500
    ) -> dict[str, Any]:
        """Return every revision of every annotation after a cursor, as it came."""
        check_project(self._directory, principal, project)
        rows = await self._reports.annotations(project, after, limit)
        following = rows[-1]["seq"] if rows else after
        return {"annotations": rows, "next_after": following, "more": len(rows) == limit}

    async def job(self, project: str, job_id: str, principal: Operator) -> dict[str, Any]:
        """Return a job, its votes and where it stands."""
        check_project(self._directory, principal, project)
        found = await self._reports.job(project, job_id)
        if found is None:
            detail = f"project {project!r} has no job {job_id[:200]!r}"
            raise Problem(404, "Unknown job", detail, field="job_id", fix="Use the job_id of labeling.jobs")
        return {**found, "votes": await self._reports.votes([job_id])}

    async def reviews(self, project: str, principal: Reviewer, limit: Limit = 100) -> dict[str, Any]:
        """Return jobs that wait for an expert, with their votes."""
        check_project(self._directory, principal, project)
        rows = await self._reports.reviews(project, limit)
        await self._add_votes(rows)
        return {"reviews": rows}

    async def decide(self, project: str, job_id: str, body: ReviewIn, principal: Reviewer) -> dict[str, Any]:
        """Decide a job's label."""
        check_project(self._directory, principal, project)
        revision = await self._decide(project, job_id, body.label, body.reviewer)
        return {"job_id": job_id, "label": body.label, "revision": revision}

    async def metrics(self, project: str, principal: Operator) -> dict[str, Any]:
        """Return how good labels are, what they cost, where jobs stand, and how often production models are right."""
        check_project(self._directory, principal, project)
        return {
            "measured": await self._reports.quality(project),
            "jobs": await self._reports.jobs_by_state(project),
            "production": [
                {"model": accuracy.model, "version": accuracy.version, **asdict(accuracy.measured)}
                for accuracy in version_accuracies(await self._reports.audited(project))
            ],
        }

    async def annotators(self, project: str, principal: Operator) -> dict[str, Any]:
        """Return annotators with their skill, its interval and their state."""
        check_project(self._directory, principal, project)
        return {"annotators": await self._reports.annotators(project)}

    async def _add_votes(self, rows: list[Row]) -> None:
        by_job: dict[str, list[Row]] = defaultdict(list)
        for vote in await self._reports.votes([row["job_id"] for row in rows]):
            by_job[vote["job_id"]].append(vote)
        for row in rows:
            row["votes"] = by_job[row["job_id"]]
