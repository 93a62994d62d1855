"""Projects, keys, erasures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from shoal.contracts.base import Name
from shoal.contracts.projects import ProjectChanged, Role
from shoal.http.problems import Problem
from shoal.http.projects import check_key, check_project, unknown_project
from shoal.security import Principal, require
from shoal_ingest.usecases.erase import EraseSample
from shoal_ingest.usecases.ports import KnownProjects
from shoal_ingest.usecases.projects import ManageProjects

CREATED, OK, NO_CONTENT = 201, 200, 204
SampleId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]


class ProjectIn(BaseModel):
    """A project to create, or to give another title."""

    model_config = ConfigDict(extra="forbid")

    project: Name
    title: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00]*$")


class KeyIn(BaseModel):
    """What a new key may be used for."""

    model_config = ConfigDict(extra="forbid")

    roles: tuple[Role, ...] = Field(min_length=1)


def project_routes(manage: ManageProjects, erase: EraseSample, known: KnownProjects) -> APIRouter:
    """Return the routes."""
    admin = Annotated[Principal, Depends(require("admin"))]
    operator = Annotated[Principal, Depends(require("operator"))]
    routes = APIRouter(tags=["projects"])

    @routes.post("/v1/projects", status_code=CREATED)
    async def put(body: ProjectIn, principal: admin) -> Response:
        """Create a project (201), or change its title (200); sent again, it changes nothing."""
        check_key(principal, body.project)
        project, is_new = await manage.put(body.project, body.title)
        return JSONResponse(_json(project), CREATED if is_new else OK)

    @routes.get("/v1/projects")
    async def listing(principal: operator) -> dict[str, Any]:
        """Return the projects that the key may see."""
        found = [each for each in await manage.all() if principal.project in (None, each.project)]
        return {"projects": [_json(each) for each in found]}

    @routes.post("/v1/projects/{project}/keys", status_code=CREATED)
    async def new_key(project: str, body: KeyIn, principal: admin) -> dict[str, Any]:
        """Return a new key. It is shown this once: only its hash is kept."""
        check_key(principal, project)
        made = await manage.new_key(project, body.roles)
        if made is None:
            raise unknown_project(project)
        return {"project": project, "key_id": made[0], "key": made[1], "roles": sorted(set(body.roles))}

    @routes.delete("/v1/projects/{project}/keys/{key_id}", status_code=NO_CONTENT)
    async def remove_key(project: str, key_id: str, principal: admin) -> Response:
        """Make a key worthless."""
        check_key(principal, project)
        if not await manage.remove_key(project, key_id):
            raise Problem(
                404, "Unknown key", f"no key {key_id[:200]!r}", field="key_id", fix="See GET /v1/projects"
            )
        return Response(status_code=NO_CONTENT)

    @routes.delete("/v1/projects/{project}/samples/{sample}", status_code=202)
    async def erase_sample(
        project: str,
        sample: SampleId,
        principal: operator,
        reason: Annotated[str, Query(max_length=500)] = "requested",
    ) -> dict[str, Any]:
        """Have a sample forgotten by every service: content, vector, votes and label."""
        check_project(known, principal, project)
        return {"project": project, "sample_id": sample, "new": await erase(project, sample, reason)}

    return routes


def _json(project: ProjectChanged) -> dict[str, Any]:
    return {
        "project": project.project,
        "title": project.title,
        "keys": [{"key_id": key.key_id, "roles": list(key.roles)} for key in project.keys],
        "changed_at": project.changed_at.isoformat(),
    }
