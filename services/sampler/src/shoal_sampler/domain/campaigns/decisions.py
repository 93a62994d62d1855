"""Decisions: every policy's verdict on a sample, taken or not, with its probability."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecision:
    """One policy's decision on one sample. `probability`: the policy's chance of taking this sample, at that
    time.

    A rule that chooses the best of a window has probability 1 for its choices and its exploration chance for
    the rest. Only policies with a positive probability are recorded; all others could not have taken the
    sample.
    """

    policy: str
    version: int
    probability: float
    is_taken: bool
    reason: str
    score: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError(f"{self.policy}: a recorded probability is in (0, 1], not {self.probability}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job to create; its votes are reserved."""

    sample_id: str
    purpose: Literal["label", "audit"]
    votes: int
    max_votes: int
    campaign_id: str | None = None
    provider: str | None = None
    priority: int = 0


@dataclass(slots=True)
class Record:
    """All decisions on one sample, and its job.

    repeats: whether a campaign left the sample because it repeats a chosen one.
    """

    sample_id: str
    decisions: list[PolicyDecision] = field(default_factory=list)
    job: Job | None = None
    repeats: bool = False

    @property
    def is_taken(self) -> bool:
        """Return whether any policy took the sample."""
        return any(decision.is_taken for decision in self.decisions)
