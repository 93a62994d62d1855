"""Dataset versions over HTTP."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from shoal.contracts.base import Name
from shoal.http.problems import Problem
from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_qa.usecases.datasets import FreezeDataset, Wish

CREATED, OK = 201, 200


class DatasetIn(BaseModel):
    """A version to freeze."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    dataset: Name
    splits: dict[Name, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}
    seed: int = Field(default=0, ge=0)


class Registry(Protocol):
    """Versions as they are kept."""

    async def all(self, project: str) -> list[dict[str, Any]]:
        """Return all manifests of a project."""

    async def get(self, project: str, dataset: str, version: str) -> dict[str, Any] | None:
        """Return one."""


def dataset_routes(freeze: FreezeDataset, registry: Registry, directory: ProjectDirectory) -> APIRouter:
    """Return the routes."""
    may = Annotated[Principal, Depends(require("operator"))]
    routes = APIRouter(prefix="/v1/projects/{project}/datasets", tags=["datasets"])

    @routes.post("", status_code=CREATED)
    async def create(project: str, body: DatasetIn, principal: may) -> Response:
        """Freeze the accepted labels of this moment (201); what is frozen already is returned (200)."""
        check_project(directory, principal, project)
        manifest, is_new = await freeze(project, Wish(body.dataset, body.splits, body.seed))
        return JSONResponse(manifest, CREATED if is_new else OK)

    @routes.get("")
    async def listing(project: str, principal: may) -> dict[str, Any]:
        """Return the manifests of all versions, oldest first."""
        check_project(directory, principal, project)
        return {"datasets": await registry.all(project)}

    @routes.get("/{dataset}/{version}")
    async def show(project: str, dataset: str, version: str, principal: may) -> dict[str, Any]:
        """Return one version's manifest."""
        check_project(directory, principal, project)
        found = await registry.get(project, dataset, version)
        if found is None:
            detail = f"project {project!r} has no version {version[:80]!r} of {dataset[:128]!r}"
            fix = f"See GET /v1/projects/{project}/datasets"
            raise Problem(404, "Unknown version", detail, field="version", fix=fix)
        return found

    return routes
