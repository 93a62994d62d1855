"""Campaigns: standing questions over the stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.vectors.rows import Vectors, empty

State = Literal["draft", "active", "paused", "done"]

_TRANSITIONS: dict[State, frozenset[State]] = {
    "draft": frozenset({"active", "done"}),
    "active": frozenset({"paused", "done"}),
    "paused": frozenset({"active", "done"}),
    "done": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """How a campaign chooses.

    share: of the samples that pass the filter, how many are taken; the chance of each for `random`, the
    best of every window otherwise. None (of examples only): every sample that reaches the threshold, at
    once. coverage_votes: votes bought by herding before margin takes over. exploration: the chance with
    which a sample that the rule does not choose is taken all the same. duplicate_similarity: a cosine with
    something already chosen from which a sample counts as the same; above 1 turns this off.
    """

    kind: str  # of kinds.py
    share: float | None = 0.1
    measure: str = "margin"
    coverage_votes: int = 0
    threshold: float = 0.0
    exploration: float = 0.0
    duplicate_similarity: float = 0.97
    window_samples: int = 256
    window_seconds: float = 5.0
    generation: str | None = None  # of the examples
    examples: Vectors = field(default_factory=lambda: empty(0))
    counter_examples: Vectors = field(default_factory=lambda: empty(0))

    @property
    def windowed(self) -> bool:
        """Tell whether samples compete with each other, so that they must wait for a window to fill."""
        return self.kind != "random" and self.share is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which samples a campaign looks at; an empty condition lets everything pass."""

    predicted_labels: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    model_versions: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)

    def passes(self, sample: Sample) -> bool:
        """Tell whether `sample` meets every condition."""
        return (
            (not self.predicted_labels or sample.predicted_label in self.predicted_labels)
            and (not self.models or sample.model in self.models)
            and (not self.model_versions or sample.model_version in self.model_versions)
            and all(sample.tags.get(name) == value for name, value in self.tags.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign as defined; what it has spent is kept elsewhere (budget.py)."""

    campaign_id: str
    project: str
    name: str
    selection: Selection
    votes_budget: int
    votes: int = 2  # per job, wanted from the start
    max_votes: int = 3  # per job, reserved
    samples_per_day: int | None = None
    provider: str | None = None
    priority: int = 0
    filter: Filter = field(default_factory=Filter)
    until: datetime | None = None
    state: State = "active"
    version: int = 1

    @property
    def policy(self) -> str:
        """Return the campaign's name in decisions."""
        return f"campaign:{self.campaign_id}"

    def looks_at(self, sample: Sample) -> bool:
        """Tell whether `sample` passes the filter and can be compared with the examples.

        Vectors of two embedding generations never meet: a sample of another one is not looked at.
        """
        generation = self.selection.generation
        return self.filter.passes(sample) and generation in (None, sample.generation)


class NotAllowed(ValueError):
    """A change that a campaign's state or spending forbids; the text says why and what to do."""


def check_transition(present: State, wanted: State) -> None:
    """Raise NotAllowed when a campaign cannot go from `present` to `wanted`; staying is always allowed."""
    if wanted != present and wanted not in _TRANSITIONS[present]:
        raise NotAllowed(f"a campaign that is {present} cannot become {wanted}: create a new campaign")


Waits = Literal["paused", "done", "past_until", "guideline", "budget_spent", "day_cap_reached"]


def why_it_waits(
    campaign: Campaign, *, has_guideline: bool, votes_reserved: int, taken_today: int, now: datetime
) -> Waits | None:
    """Return why a campaign takes nothing at present, the lasting reason first; None when it does."""
    if campaign.state in ("paused", "done"):
        return "paused" if campaign.state == "paused" else "done"
    if campaign.until is not None and now >= campaign.until:
        return "past_until"
    if campaign.votes_budget - votes_reserved < campaign.max_votes:
        return "budget_spent"
    if not has_guideline:
        return "guideline"
    if campaign.samples_per_day is not None and taken_today >= campaign.samples_per_day:
        return "day_cap_reached"
    return None
