"""Campaigns: standing questions over the stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.vectors.rows import Vectors, no_vectors

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

    share: share of the samples passing the filter to take; each one's chance for `random`, the best of every
    window otherwise. None (campaigns with examples only): every sample that reaches the threshold, at once.
    coverage_votes: votes that herding buys before margin takes over. exploration: chance of taking a sample
    that the rule leaves out. duplicate_similarity: cosine with a chosen sample from which a sample counts as
    a duplicate; above 1 turns this off.
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
    examples: Vectors = field(default_factory=lambda: no_vectors(0))
    counter_examples: Vectors = field(default_factory=lambda: no_vectors(0))

    @property
    def windowed(self) -> bool:
        """Return whether samples compete with each other, so that they must wait for a window to fill."""
        return self.kind != "random" and self.share is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which samples a campaign looks at; an empty condition lets every sample pass."""

    predicted_labels: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    model_versions: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)

    def passes(self, sample: Sample) -> bool:
        """Return whether `sample` meets every condition."""
        return (
            (not self.predicted_labels or sample.predicted_label in self.predicted_labels)
            and (not self.models or sample.model in self.models)
            and (not self.model_versions or sample.model_version in self.model_versions)
            and all(sample.tags.get(name) == value for name, value in self.tags.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign's definition; budget.py tracks what it has spent."""

    campaign_id: str
    project: str
    name: str
    selection: Selection
    votes_budget: int
    votes: int = 2  # per job, requested at the start
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
        """Return whether `sample` passes the filter and can be compared with the examples.

        Vectors of two embedding generations are never compared: a sample of another generation is ignored.
        """
        generation = self.selection.generation
        return self.filter.passes(sample) and (generation is None or sample.has_vector_of(generation))


class NotAllowed(ValueError):
    """A change that a campaign's state or spending forbids; the message says why and how to fix it."""


def check_transition(present: State, target: State) -> None:
    """Raise NotAllowed if a campaign cannot go from `present` to `target`; staying is always allowed."""
    if target != present and target not in _TRANSITIONS[present]:
        raise NotAllowed(f"a campaign that is {present} cannot become {target}: create a new campaign")
