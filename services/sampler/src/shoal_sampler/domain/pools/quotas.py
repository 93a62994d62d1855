"""Shares of a choice for classes: by target, by what is labelled already, by what there is."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.models.probabilities import probabilities
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking, Strategy, no_picks
from shoal_sampler.domain.vectors.rows import Indices

Shares = npt.NDArray[np.float64]


def predicted(pool: Pool) -> Indices:
    """Return each candidate's predicted class; c, one more than there are, where it has no scores: (n,)."""
    classes = pool.scores.shape[1]
    if classes == 0:
        return np.zeros(len(pool), np.int64)
    p, _ = probabilities(pool.scores)
    groups: Indices = np.where(np.isfinite(p).all(axis=1), np.nan_to_num(p).argmax(axis=1), classes)
    return groups


def quotas(target: Shares, labelled: Indices, available: Indices, k: int) -> Indices:
    """Return the class of each of at most k picks, in order: (picks,).

    Each pick goes to the class that is furthest behind its target, (labelled + taken + 1) / target smallest, among
    those that have candidates left; a class of target 0 comes when nothing else is left. target: (c,) >= 0;
    labelled, available: (c,) counts. Ties go to the lower class. O(k c).
    """
    taken = np.zeros(len(target), np.int64)
    with np.errstate(divide="ignore"):
        price = np.where(target > 0, 1.0 / np.maximum(target, 1e-300), 1e300)
    order: list[int] = []
    for _ in range(min(k, int(available.sum()))):
        behind = np.where(taken < available, (labelled + taken + 1) * price, np.inf)
        order.append(int(behind.argmin()))
        taken[order[-1]] += 1
    return np.array(order, np.int64)


def interleaved(pool: Pool, k: int, strategy: Strategy, target: Shares) -> Ranking:
    """Return k candidates: `strategy` chooses inside each predicted class, quotas choose the class.

    target: (c + 1,) the wanted share of each class and, last, of candidates without scores.
    """
    groups = predicted(pool)
    labelled = np.bincount(pool.labels[pool.labels != UNKNOWN], minlength=len(target))[: len(target)]
    order = quotas(target, labelled, np.bincount(groups, minlength=len(target)), k)
    if not len(order):
        return no_picks()
    indices, scores = np.full(len(order), UNKNOWN), np.zeros(len(order), np.float32)
    for group in np.unique(order):
        members, places = np.flatnonzero(groups == group), np.flatnonzero(order == group)
        found = strategy(pool[members], len(places))
        indices[places[: len(found)]] = members[found.indices]
        scores[places[: len(found)]] = found.scores
    kept = indices != UNKNOWN  # a strategy may refuse candidates
    return Ranking(indices[kept], scores[kept])
