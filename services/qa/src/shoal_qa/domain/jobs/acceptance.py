"""A project's rule of acceptance, and the belief about one job's label."""

from dataclasses import dataclass

from shoal.wording import format_count
from shoal_qa.domain.stopping.rule import Action, StoppingRule


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """When a label is accepted, and when an accepted label stays.

    held: the threshold for labels accepted earlier, if `stopping` has none; None if none of them stays.
    """

    stopping: StoppingRule
    hysteresis: float = 0.1  # an accepted label is withdrawn below threshold - hysteresis only
    held: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.hysteresis < 1:
            raise ValueError("needs 0 <= hysteresis < 1")

    @property
    def has_experts(self) -> bool:
        """Return whether experts decide jobs that votes do not settle; otherwise such jobs are closed."""
        return self.stopping.review_price is not None

    @property
    def stays_from(self) -> float | None:
        """Return the least probability of an accepted label that stays; None if none stays."""
        level = self.held if self.stopping.threshold is None else self.stopping.threshold
        return None if level is None else level - self.hysteresis


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """The belief about one job's label, from its votes."""

    label: str  # the most probable one
    probability: float  # calibrated
    votes: int
    action: Action  # by the project's rule
    reach: float | None = None  # chance that the votes left reach the threshold, if it was computed
    of_accepted: float = 0.0  # probability of the label accepted earlier, if any
    blocked: int = 0  # votes of blocked annotators, which were bought and have no weight

    @property
    def collected(self) -> int:
        """Return the number of votes that were bought."""
        return self.votes + self.blocked


def reason_of(belief: Belief, rule: StoppingRule) -> str:
    """Return the reason for the action in words."""
    sure = f"probability {belief.probability:.2f} after {format_count(belief.votes, 'vote')}"
    if belief.action is Action.ACCEPT:
        return f"{sure} reached {rule.threshold:.2f}"
    if rule.threshold is None:
        return f"{sure}; gold certifies no threshold yet"
    below = f"{sure} below {rule.threshold:.2f}"
    if belief.reach is not None:
        return f"{below}; further votes reach it with a chance of {belief.reach:.2f}"
    return below if belief.action is Action.MORE else f"{below}, no votes left"
