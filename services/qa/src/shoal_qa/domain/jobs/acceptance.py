"""A project's rule for the labels of jobs, and what the votes on one job amount to."""

from dataclasses import dataclass

from shoal_qa.domain.stopping.rule import Action, StoppingRule


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """When votes are enough, and when a label that was accepted stays.

    held: where the rule has no threshold, the one under which labels accepted before stay, if any do.
    """

    stopping: StoppingRule
    hysteresis: float = (
        0.1  # an accepted label is withdrawn below threshold - hysteresis, not at the first wobble
    )
    held: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.hysteresis < 1:
            raise ValueError("needs 0 <= hysteresis < 1")

    @property
    def has_experts(self) -> bool:
        """Return whether an expert may look at what votes do not settle; else such a job is closed."""
        return self.stopping.review_price is not None

    @property
    def stays_from(self) -> float | None:
        """Return the probability from which an accepted label stays; None where none stays."""
        level = self.held if self.stopping.threshold is None else self.stopping.threshold
        return None if level is None else level - self.hysteresis


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What the votes on one job amount to."""

    label: str  # the most probable one
    probability: float  # calibrated
    votes: int
    action: Action  # by the project's rule
    reach: float | None = None  # chance that the votes left reach the threshold, where it was worked out
    of_accepted: float = 0.0  # the probability of the label accepted before, if any
    blocked: int = 0  # votes of blocked annotators: bought, and without weight

    @property
    def collected(self) -> int:
        """Return how many votes were bought."""
        return self.votes + self.blocked


def reason_of(belief: Belief, rule: StoppingRule) -> str:
    """Return in words why the action is what it is."""
    sure = f"probability {belief.probability:.2f} after {belief.votes} votes"
    if belief.action is Action.ACCEPT:
        return f"{sure} reached {rule.threshold:.2f}"
    if rule.threshold is None:
        return f"{sure}; gold certifies no threshold yet"
    below = f"{sure} below {rule.threshold:.2f}"
    if belief.reach is not None:
        return f"{below}; further votes reach it with a chance of {belief.reach:.2f}"
    return below if belief.action is Action.MORE else f"{below}, no votes left"
