"""Which lanes of the queue a key may see."""

from shoal.http.problems import Problem
from shoal.security import Principal
from shoal_gateway.domain.tasks import Lane


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
