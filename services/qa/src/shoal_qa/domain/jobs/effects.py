"""The effects of an evaluation on jobs, counted, with examples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from shoal_qa.domain.jobs.lifecycle import Job

Effect = Literal[
    "labels_accepted", "labels_revised", "labels_withdrawn", "jobs_reopened",
    "reviews_opened", "reviews_cancelled", "jobs_closed",
]  # fmt: skip
EFFECTS: tuple[Effect, ...] = get_args(Effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """A job before and after an evaluation. reason: for its label's change, or for what is requested."""

    job_id: str
    sample_id: str
    before: Job
    after: Job
    reason: str

    @property
    def effects(self) -> list[Effect]:
        """Return the effects, in the order of EFFECTS."""
        before, after = self.before, self.after
        happened = {
            "labels_accepted": before.label is None and after.label is not None,
            "labels_revised": None not in (before.label, after.label) and before.label != after.label,
            "labels_withdrawn": before.label is not None and after.label is None,
            "jobs_reopened": after.state == "open" and before.state != "open",
            "reviews_opened": after.state == "review" and before.state != "review",
            "reviews_cancelled": before.state == "review" and after.state != "review",
            "jobs_closed": after.state == "closed" and before.state != "closed",
        }
        return [effect for effect in EFFECTS if happened[effect]]

    @property
    def votes_requested(self) -> int:
        """Return the number of votes that are requested in addition."""
        return max(0, self.after.votes_requested - self.before.votes_requested)


@dataclass(slots=True, kw_only=True)
class EffectCounts:
    """Counted effects. examples: the first changes of every effect. votes_requested: further votes."""

    most_examples: int
    jobs_changed: int = 0
    counts: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(EFFECTS, 0))
    votes_requested: int = 0
    examples: dict[Effect, list[JobChange]] = field(default_factory=dict)

    def add(self, changes: Sequence[JobChange]) -> None:
        """Count changes."""
        self.jobs_changed += len(changes)
        for change in changes:
            self.votes_requested += change.votes_requested
            for effect in change.effects:
                self.counts[effect] += 1
                examples = self.examples.setdefault(effect, [])
                if len(examples) < self.most_examples:
                    examples.append(change)

    def add_scaled(self, other: "EffectCounts", factor: float) -> None:
        """Add the counts of a sample, of which each job stands for `factor` jobs."""
        self.jobs_changed += round(other.jobs_changed * factor)
        self.votes_requested += round(other.votes_requested * factor)
        for effect in EFFECTS:
            self.counts[effect] += round(other.counts[effect] * factor)
            examples = [*self.examples.get(effect, []), *other.examples.get(effect, [])]
            self.examples[effect] = examples[: self.most_examples]
