"""The most probable label of each task by a fit, and its calibrated probability."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints, VoteArrays

IMPOSSIBLE = -1e9  # log probability that any temperature leaves at 0


@dataclass(frozen=True, slots=True)
class BelievedLabels:
    """label, probability: (tasks,), calibrated. posterior: (tasks, classes); None of very many classes."""

    label: Ints
    probability: Floats
    posterior: Floats | None


def believed_labels(
    fitted: FittedPool, votes: VoteArrays, calibration: Tempering, has_gold: Bools
) -> BelievedLabels:
    """Return the labels of tasks; those without gold have a class that was voted at least once.

    has_gold: (tasks,). O(votes x classes); of many classes O(votes) with models that have no confusions.
    """
    wide, counts = fitted.wide_posterior(votes), votes.votes_per_task()
    if wide is not None:
        temperature = calibration.temperatures(counts)
        label, highest = wide.best()
        logs = np.log(np.maximum(highest, np.finfo(np.float64).tiny)) / temperature
        return BelievedLabels(label, np.minimum(np.exp(logs - wide.log_totals(temperature)), 1.0), None)
    log_posterior = fitted.log_posterior(votes)
    log_posterior[np.ix_(~has_gold, votes.label_counts() == 0)] = IMPOSSIBLE
    posterior = calibration.apply(log_posterior, counts)
    return BelievedLabels(posterior.argmax(axis=1).astype(np.int32), posterior.max(axis=1), posterior)
