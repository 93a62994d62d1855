"""Who may do what: the key's role (shoal.security) and the project that it belongs to."""

from shoal.runtime.problems import Problem
from shoal.security import Principal, ProjectDirectory
from shoal_gateway.domain.tasks import Lane


def check_project(directory: ProjectDirectory, principal: Principal, project: str) -> None:
    """Raise a problem unless the project exists and the key belongs to it."""
    if principal.project not in (None, project):
        raise Problem(
            403,
            "Another project's key",
            f"this key belongs to project {principal.project!r}",
            field="authorization",
            fix=f"Use a key of project {project!r}",
        )
    if directory.get(project) is None:
        raise Problem(
            404,
            "Unknown project",
            f"there is no project {project[:200]!r}",
            field="project",
            fix="Create it at the ingest service with POST /v1/projects, or correct its name",
        )


def check_lane(principal: Principal, lane: Lane) -> None:
    """Raise a problem unless the key may see that lane: disputed items are for reviewers."""
    if lane is Lane.REVIEW and not principal.roles & {"reviewer", "operator", "admin"}:
        raise Problem(
            403,
            "Reviewers only",
            "this key has no reviewer role",
            field="authorization",
            fix="Ask for a key with the role reviewer, or work in the lane label",
        )
