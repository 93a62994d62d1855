"""Dependencies of routes: principals with a role, and the path's project, which the key must belong to."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import Depends, Path, Request

from shoal.contracts.base import NAME_PATTERN
from shoal.contracts.projects import Role
from shoal.http.problems import Problem
from shoal.security import Principal, require_role
from shoal.security.access import Access

ProjectName = Annotated[
    str, Path(max_length=128, pattern=NAME_PATTERN, description="Name of the project.", examples=["news"])
]


class Projects(Protocol):
    """Looks projects up."""

    async def find(self, project: str) -> object | None:
        """Return the project, or None if it does not exist; wait for one that was created just now."""
        ...


def project_for(role: Role) -> Callable[..., Awaitable[str]]:
    """Return a FastAPI dependency that returns the path's project if the key has `role` in it."""

    async def dependency(
        request: Request, project: ProjectName, principal: Annotated[Principal, Depends(require_role(role))]
    ) -> str:
        access: Access = request.app.state.access
        await check_project(access.projects, principal, project)
        return project

    return dependency


Admin = Annotated[Principal, Depends(require_role("admin"))]
Annotator = Annotated[Principal, Depends(require_role("annotator"))]
Operator = Annotated[Principal, Depends(require_role("operator"))]
Reviewer = Annotated[Principal, Depends(require_role("reviewer"))]
Producer = Annotated[Principal, Depends(require_role("producer"))]

AnnotatorProject = Annotated[str, Depends(project_for("annotator"))]
OperatorProject = Annotated[str, Depends(project_for("operator"))]
ProducerProject = Annotated[str, Depends(project_for("producer"))]
ReviewerProject = Annotated[str, Depends(project_for("reviewer"))]


def check_key(principal: Principal, project: str) -> None:
    """Raise a problem unless the key belongs to the project or to all projects."""
    if principal.project not in (None, project):
        raise Problem(
            403,
            "Another project's key",
            f"this key belongs to project {principal.project!r}",
            field="authorization",
            fix=f"Use a key of project {project[:200]!r}",
        )


def check_installation(principal: Principal) -> None:
    """Raise a problem unless the key belongs to all projects."""
    if principal.project is not None:
        raise Problem(
            403,
            "A project's key",
            f"this key belongs to project {principal.project!r} only",
            field="authorization",
            fix="Use the key in SHOAL_ADMIN_KEY",
        )


async def check_project(projects: Projects, principal: Principal, project: str) -> None:
    """Raise a problem unless the project exists and the key belongs to it."""
    check_key(principal, project)
    if await projects.find(project) is None:
        raise unknown_project(project)


def unknown_project(project: str) -> Problem:
    """Return the problem of a project that does not exist."""
    return Problem(
        404,
        "Unknown project",
        f"there is no project {project[:200]!r}",
        field="project",
        fix="Create it at the ingest service with POST /v1/projects, or correct its name",
    )
