"""Which projects a key may touch."""

from typing import Protocol

from shoal.runtime.problems import Problem
from shoal.security import Principal


class Projects(Protocol):
    """Knows the projects that exist."""

    def get(self, project: str) -> object | None:
        """Return the project, or None where there is none of that name."""
        ...


def check_key(principal: Principal, project: str) -> None:
    """Raise a problem unless the key belongs to the project, or to all."""
    if principal.project not in (None, project):
        raise Problem(
            403,
            "Another project's key",
            f"this key belongs to project {principal.project!r}",
            field="authorization",
            fix=f"Use a key of project {project[:200]!r}",
        )


def check_project(projects: Projects, principal: Principal, project: str) -> None:
    """Raise a problem unless the project exists and the key belongs to it."""
    check_key(principal, project)
    if projects.get(project) is None:
        raise unknown_project(project)


def unknown_project(project: str) -> Problem:
    """Return the problem of a project that is not there."""
    return Problem(
        404,
        "Unknown project",
        f"there is no project {project[:200]!r}",
        field="project",
        fix="Create it at the ingest service with POST /v1/projects, or correct its name",
    )
