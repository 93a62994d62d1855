"""Access to the lanes of the in-house queue."""

from shoal.http.problems import Problem
from shoal.security import Principal
from shoal_gateway.domain.tasks import Lane

UNNAMED = "-"
"""The default of requests that need no name."""


def may_review(principal: Principal) -> bool:
    """Return whether the key opens the lane of reviews."""
    return bool(principal.roles & {"reviewer", "operator", "admin"})


def own_name(principal: Principal, annotator: str) -> str:
    """Return the name to work under. Raises Problem if the key is for another person's name."""
    if principal.annotator in (None, annotator):
        return annotator
    if annotator == UNNAMED:
        return principal.annotator
    raise Problem(
        403,
        "Another annotator's name",
        f"this key is for the annotator {principal.annotator!r}",
        field="annotator",
        fix=f"Send the annotator {principal.annotator!r}",
    )


def check_lane(principal: Principal, lane: Lane) -> None:
    """Raise a problem unless the key may see the lane: only reviewers see disputed samples."""
    if lane is Lane.REVIEW and not may_review(principal):
        raise Problem(
            403,
            "Reviewers only",
            "this key has no reviewer role",
            field="authorization",
            fix="Ask for a key with the role reviewer, or work in the lane label",
        )
