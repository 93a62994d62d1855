"""The evidence about each member of a panel: its weight, and its agreement with gold and with the panel."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.models.panel import Heldout, Study
from shoal_qa.domain.models.wide import best_classes
from shoal_qa.domain.votes.arrays import Ints, VoteArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvidence:
    """The evidence about one member of a panel.

    accuracy, log_loss: on gold tasks, by fits without their answers; None without gold.
    """

    model: str
    weight: float
    agreement: float  # share of tasks with votes on which it gives the panel's label
    accuracy: float | None = None
    log_loss: float | None = None


def member_evidence(study: Study, votes: VoteArrays, best: Ints) -> tuple[MemberEvidence, ...]:
    """Return the evidence about each member of the panel. best: (tasks,), labels of the panel."""
    voted = votes.votes_per_task() > 0
    evidence = []
    for index, (member, weight) in enumerate(zip(study.fitted.members, study.fitted.weights, strict=True)):
        same = best_classes(member, votes) == best
        agreement = float(same[voted].mean()) if voted.any() else 1.0
        accuracy, loss = _on_gold(study.heldout, index)
        evidence.append(
            MemberEvidence(
                model=member.name, weight=float(weight), agreement=agreement, accuracy=accuracy, log_loss=loss
            )
        )
    return tuple(evidence)


def _on_gold(heldout: Heldout | None, member: int) -> tuple[float | None, float | None]:
    if heldout is None or not len(heldout.task):
        return None, None
    right = heldout.members[member].argmax(axis=1) == heldout.truth
    return float(right.mean()), float(-np.log(np.maximum(heldout.right()[member], 1e-6)).mean())
