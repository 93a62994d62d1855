"""Calibration by gold that fits were not told, from an honest default, and what gold says of tasks without itself."""

from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.calibration.overconfidence import default_tempering
from shoal_qa.domain.calibration.tempering import Tempering, fit_tempering
from shoal_qa.domain.models.panel import Heldout, Panel, Study
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints, VoteArrays

ENOUGH_GOLD = 100  # answers beside which a default learned from votes would say nothing more
POOL_EXCESS = 0.05
"""Of a pool's default. With it labels at 0.9 and more are right in 91 to 100 % of cases on six public sets."""


@dataclass(frozen=True, slots=True)
class HeldoutGold:
    """Gold tasks as fits saw them that were not told their answers: (gold,) each."""

    task: Ints
    truth: Ints
    label: Ints
    probability: Floats

    @property
    def right(self) -> Bools:
        """Return which labels are the gold answer."""
        return np.asarray(self.label == self.truth)


def honest_default(panel: Panel, study: Study, votes: VoteArrays, rng: np.random.Generator) -> Tempering:
    """Return the map to believe before gold; learned from the votes unless gold will say nearly all.

    Where several models are heard, most of what each claims too much is gone already: they disagree where errors are
    made together. What is left grows little with the number of votes.
    """
    enough_gold = study.heldout is not None and len(study.heldout.task) >= ENOUGH_GOLD
    default = Tempering() if enough_gold else default_tempering(panel, study.fitted, votes, rng)
    if len(study.fitted.members) == 1:
        return default
    return replace(default, excess=POOL_EXCESS)


def calibrate_on(heldout: Heldout | None, default: Tempering) -> tuple[Tempering, HeldoutGold | None]:
    """Return the calibration by all gold, and the gold tasks as calibrated without their own fold."""
    if heldout is None or not len(heldout.task):
        return default, None
    votes, truth = heldout.votes, heldout.truth
    tempered = np.empty(heldout.members.shape[1:])
    for fold in np.unique(heldout.fold):
        inside, pooled = heldout.fold == fold, heldout.pooled(fold)
        others = fit_tempering(default, pooled[~inside], votes[~inside], truth[~inside])
        tempered[inside] = others.apply(pooled[inside], votes[inside])
    label = tempered.argmax(axis=1).astype(np.int32)
    gold = HeldoutGold(heldout.task, truth, label, tempered.max(axis=1))
    return fit_tempering(default, heldout.pooled(), votes, truth), gold
