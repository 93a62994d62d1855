"""When a label is good enough: accept, wait, one more vote, or give up and ask an expert."""

from dataclasses import dataclass
from typing import Literal

Action = Literal["accept", "wait", "more", "futile"]


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """A project's rule; part of its guideline. Probabilities are calibrated ones (calibration/tempering.py).

    Without a threshold nothing is accepted; `held` is then the one under which labels accepted before stay, if any do.
    """

    min_votes: int = 2
    max_votes: int = 5
    threshold: float | None = 0.9
    hysteresis: float = (
        0.1  # an accepted label is withdrawn below threshold - hysteresis, not at the first wobble
    )
    exhausted: Literal["review", "close"] = "review"  # what to do where votes do not settle it
    held: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.min_votes <= self.max_votes <= 100:
            raise ValueError("needs 1 <= min_votes <= max_votes <= 100")
        if not 0 <= self.hysteresis < 1 or not 0 < (1 if self.threshold is None else self.threshold) <= 1:
            raise ValueError("needs 0 < threshold <= 1 and 0 <= hysteresis < 1")

    def accepts(self, belief: "Belief") -> bool:
        """Tell whether the most probable label is good enough."""
        enough = belief.votes >= self.min_votes
        return enough and self.threshold is not None and belief.probability >= self.threshold

    def keeps(self, probability: float) -> bool:
        """Tell whether a label that was accepted, and has this probability now, stays."""
        level = self.held if self.threshold is None else self.threshold
        return level is not None and probability >= level - self.hysteresis


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
    unanimous further votes would not reach the threshold. Without one, votes are bought while they last: a later
    threshold may do.
    """
    sure = f"{belief.probability:.2f} after {belief.votes} votes"
    if rule.accepts(belief):
        return Verdict("accept", f"probability {sure} reached {rule.threshold:.2f}")
    if belief.collected < wanted:
        return Verdict("wait", f"{wanted - belief.collected} of {wanted} votes outstanding")
    if belief.collected >= min(rule.max_votes, most):
        return Verdict("futile", f"probability {sure}, no votes left")
    if rule.threshold is None:
        return Verdict("more", f"probability {sure}; gold certifies no threshold yet")
    if belief.hope < rule.threshold:
        return Verdict("futile", f"probability {sure}; further votes could reach {belief.hope:.2f} at most")
    return Verdict("more", f"probability {sure} below {rule.threshold:.2f}")
