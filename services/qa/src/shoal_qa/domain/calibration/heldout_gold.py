"""Calibration on held-out gold, starting from a cautious default.

Gold tasks themselves are calibrated by the gold of other folds.
"""

from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.calibration.overconfidence import default_tempering
from shoal_qa.domain.calibration.tempering import Tempering, fit_tempering
from shoal_qa.domain.models.panel import Heldout, Panel, Study
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints, VoteArrays

ENOUGH_GOLD = 100  # answers; with more, a default estimated from votes adds nothing
POOL_EXCESS = 0.05
"""`excess` of a pool's default.

Labels at 0.9 and more are then right in 91 to 100 % of cases on six public sets.
"""


@dataclass(frozen=True, slots=True)
class HeldoutGold:
    """Gold tasks by fits without their answers. All fields: (gold,)."""

    task: Ints
    truth: Ints
    label: Ints
    probability: Floats

    @property
    def right(self) -> Bools:
        """Return whether each label is the gold answer: (gold,)."""
        return np.asarray(self.label == self.truth)


def honest_default(panel: Panel, study: Study, votes: VoteArrays, rng: np.random.Generator) -> Tempering:
    """Return the calibration to use before gold, estimated from the votes unless there is enough gold.

    A pool of several models needs less: its members disagree on errors made together, which removes most of
    their overconfidence. What remains grows little with the number of votes.
    """
    enough_gold = study.heldout is not None and len(study.heldout.task) >= ENOUGH_GOLD
    default = Tempering() if enough_gold else default_tempering(panel, study.fitted, votes, rng)
    if len(study.fitted.members) == 1:
        return default
    return replace(default, excess=POOL_EXCESS)


def calibrate_on(heldout: Heldout | None, default: Tempering) -> tuple[Tempering, HeldoutGold | None]:
    """Return the calibration by all gold, and gold tasks calibrated without their own fold."""
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
