"""The random audit over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.ports import AuditRow


class AuditIn(BaseModel):
    """A project's audit."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    rate: float = Field(ge=0, le=1)
    votes: int = Field(default=2, ge=1, le=100)
    max_votes: int = Field(default=3, ge=1, le=100)
    votes_per_day: int = Field(default=300, ge=0, le=10**9)

    @model_validator(mode="after")
    def _most_is_not_less(self) -> "AuditIn":
        if self.max_votes < self.votes:
            raise ValueError(f"max_votes {self.max_votes} is less than votes {self.votes}: raise it")
        return self


def audit_routes(manage: ManageAudits, directory: ProjectDirectory) -> APIRouter:
    """Return the routes."""
    may = Annotated[Principal, Depends(require("operator"))]
    routes = APIRouter(tags=["audit"])

    @routes.get("/v1/projects/{project}/audit")
    async def show(project: str, principal: may) -> dict[str, Any]:
        """Return the audit in force and what it has spent."""
        check_project(directory, principal, project)
        return _json(project, await manage.get(project))

    @routes.put("/v1/projects/{project}/audit")
    async def put(project: str, body: AuditIn, principal: may) -> dict[str, Any]:
        """Replace the audit: the share of all samples that is labelled whatever campaigns do."""
        check_project(directory, principal, project)
        return _json(project, await manage.put(project, Audit(**body.model_dump())))

    return routes


def _json(project: str, row: AuditRow) -> dict[str, Any]:
    return {"project": project, **asdict(row.audit), "votes_today": row.votes_today, "jobs": row.jobs}
