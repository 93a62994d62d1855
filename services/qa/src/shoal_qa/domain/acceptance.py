"""When a label is good enough: accept, wait, one more vote, or give up and ask an expert."""

from dataclasses import dataclass
from typing import Literal

Action = Literal["accept", "wait", "more", "futile"]


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """A project's rule; part of its guideline. Probabilities are calibrated ones (domain/calibration.py)."""

    min_votes: int = 2
    max_votes: int = 5
    threshold: float = 0.9
    hysteresis: float = (
        0.1  # an accepted label is withdrawn below threshold - hysteresis, not at the first wobble
    )
    exhausted: Literal["review", "close"] = "review"  # what to do where votes do not settle it

    def __post_init__(self) -> None:
        if not 1 <= self.min_votes <= self.max_votes <= 100:
            raise ValueError("needs 1 <= min_votes <= max_votes <= 100")
        if not 0 < self.threshold < 1 or not 0 <= self.hysteresis < self.threshold:
            raise ValueError("needs 0 < threshold < 1 and 0 <= hysteresis < threshold")


@dataclass(frozen=True, slots=True)
class Belief:
    """What the votes on one job amount to."""

    label: str  # the most probable one
    probability: float  # calibrated
    votes: int
    hope: float = 1.0  # the probability if every vote that may still come agreed
    of_accepted: float = 0.0  # the probability of the label accepted before, if any
    blocked: int = 0  # votes of blocked annotators: bought, and without weight

    @property
    def collected(self) -> int:
        """Return how many votes were bought."""
        return self.votes + self.blocked


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do next and why."""

    action: Action
    reason: str


def decide(rule: AcceptanceRule, belief: Belief, wanted: int, most: int) -> Verdict:
    """Return the next step of a job without an accepted label.

    wanted: votes already asked for, in all; most: votes that the job may ever have. Futile: no votes left, or even
    unanimous further votes would not reach the threshold.
    """
    sure = f"{belief.probability:.2f} after {belief.votes} votes"
    if belief.votes >= rule.min_votes and belief.probability >= rule.threshold:
        return Verdict("accept", f"probability {sure} reached {rule.threshold:.2f}")
    if belief.collected < wanted:
        return Verdict("wait", f"{wanted - belief.collected} of {wanted} votes outstanding")
    if belief.collected >= min(rule.max_votes, most):
        return Verdict("futile", f"probability {sure}, no votes left")
    if belief.hope < rule.threshold:
        return Verdict("futile", f"probability {sure}; further votes could reach {belief.hope:.2f} at most")
    return Verdict("more", f"probability {sure} below {rule.threshold:.2f}")
