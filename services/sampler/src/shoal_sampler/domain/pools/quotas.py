"""How many picks each class gets, from target shares, labelled rows and available candidates."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.models.probabilities import class_probabilities
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking, Strategy, no_picks
from shoal_sampler.domain.vectors.rows import Indices

Shares = npt.NDArray[np.float64]


def predicted_classes(pool: Pool) -> Indices:
    """Return each candidate's predicted class, (n,); a candidate without scores gets the extra class c."""
    classes = pool.scores.shape[1]
    if classes == 0:
        return np.zeros(len(pool), np.int64)
    p, _ = class_probabilities(pool.scores)
    groups: Indices = np.where(np.isfinite(p).all(axis=1), np.nan_to_num(p).argmax(axis=1), classes)
    return groups


def pick_classes(target: Shares, labelled: Indices, available: Indices, k: int) -> Indices:
    """Return the class of each of at most k picks, in order: (picks,).

    Each pick goes to the class that is furthest behind its target, the one with the smallest (labelled +
    picks + 1) / target, among the classes with candidates left; a class of target 0 comes last. target: (c,)
    >= 0; labelled, available: (c,) counts. Ties go to the lower class. O(k c).
    """
    picks = np.zeros(len(target), np.int64)
    with np.errstate(divide="ignore"):
        price = np.where(target > 0, 1.0 / np.maximum(target, 1e-300), 1e300)
    order: list[int] = []
    for _ in range(min(k, int(available.sum()))):
        behind = np.where(picks < available, (labelled + picks + 1) * price, np.inf)
        order.append(int(behind.argmin()))
        picks[order[-1]] += 1
    return np.array(order, np.int64)


def interleave_classes(pool: Pool, k: int, strategy: Strategy, target: Shares) -> Ranking:
    """Return k candidates: quotas choose the class of each pick, `strategy` chooses within the class.

    target: (c + 1,) the target share of each class and, last, of candidates without scores.
    """
    groups = predicted_classes(pool)
    labelled = np.bincount(pool.labels[pool.labels != UNKNOWN], minlength=len(target))[: len(target)]
    order = pick_classes(target, labelled, np.bincount(groups, minlength=len(target)), k)
    if not len(order):
        return no_picks()
    indices, scores = np.full(len(order), UNKNOWN), np.zeros(len(order), np.float32)
    for group in np.unique(order):
        members, places = np.flatnonzero(groups == group), np.flatnonzero(order == group)
        ranking = strategy(pool[members], len(places))
        indices[places[: len(ranking)]] = members[ranking.indices]
        scores[places[: len(ranking)]] = ranking.scores
    filled = indices != UNKNOWN  # a strategy may return fewer candidates
    return Ranking(indices[filled], scores[filled])
