"""Which projects a key may touch."""

from shoal.runtime.problems import Problem
from shoal.security import Principal, ProjectDirectory


def check_project(directory: ProjectDirectory, principal: Principal, project: str) -> None:
    """Raise a problem unless the project exists and the key belongs to it."""
    if principal.project not in (None, project):
        raise Problem(
            403,
            "Another project's key",
            f"this key belongs to project {principal.project!r}",
            field="authorization",
            fix=f"Use a key of project {project[:200]!r}",
        )
    if directory.get(project) is None:
        raise Problem(
            404,
            "Unknown project",
            f"there is no project {project[:200]!r}",
            field="project",
            fix="Create it at the ingest service with POST /v1/projects, or correct its name",
        )
