"""What a campaign waits for: one answer for the HTTP API, `shoal status` and metrics."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shoal_sampler.domain.campaigns.campaign import State

Waits = Literal[
    "draft",
    "paused",
    "done",
    "past_until",
    "budget",
    "budget_spent",
    "guideline",
    "day_cap_reached",
    "samples",
    "matching_samples",
    "more_samples",
]
"""budget: it never paid for a job. samples: none has come. matching_samples: none passed the filter.
more_samples: it takes samples.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A campaign's terms, and how much of them is used up."""

    state: State
    until: datetime | None
    votes_budget: int
    votes_reserved: int
    max_votes: int  # of one job
    samples_per_day: int | None
    taken_today: int
    samples_seen: int
    eligible: int
    samples_taken: int

    @property
    def votes_left(self) -> int:
        """Return the votes that no job has reserved."""
        return self.votes_budget - self.votes_reserved


def what_it_waits_for(progress: Progress, *, has_guideline: bool, now: datetime) -> Waits:
    """Return what a campaign waits for, the most lasting reason first."""
    if progress.state != "active":
        return progress.state
    if progress.until is not None and now >= progress.until:
        return "past_until"
    if progress.votes_left < progress.max_votes:
        return "budget_spent" if progress.samples_taken else "budget"
    if not has_guideline:
        return "guideline"
    if progress.samples_per_day is not None and progress.taken_today >= progress.samples_per_day:
        return "day_cap_reached"
    return _samples_it_waits_for(progress)


def _samples_it_waits_for(progress: Progress) -> Waits:
    if not progress.samples_seen:
        return "samples"
    return "more_samples" if progress.eligible else "matching_samples"
