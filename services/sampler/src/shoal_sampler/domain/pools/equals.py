"""Candidates that are the same: same vector, same weight."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import Indices

_BLOCK = 1024

Keys = npt.NDArray[np.uint64]


class Equals:
    """Says which of several equal candidates comes first: the one of lowest draw, then of lowest index.

    Their gains are equal, but computed in different places of a matrix product they may differ in the last bit.
    Cost: n d integer products once.
    """

    def __init__(self, pool: Pool) -> None:
        keys = _keys(pool)
        order = np.lexsort((np.arange(len(pool)), pool.draws, keys))
        first = np.concatenate([[True], keys[order][1:] != keys[order][:-1]])
        self._order: Indices = order
        self._group = np.empty(len(pool), np.int64)
        self._group[order] = np.cumsum(first) - 1
        self._next = np.flatnonzero(first)  # place in order of what comes next of each group

    def take(self, candidate: int) -> int:
        """Return the equal of `candidate` that comes first, itself perhaps, and count it as taken."""
        group = self._group[candidate]
        place = self._next[group]
        self._next[group] += 1
        return int(self._order[place])


def _keys(pool: Pool) -> Keys:
    """Return (n,) a number for each vector and weight; different ones differ but for a chance of 2^-64 a pair."""
    width = pool.vectors.shape[1] + 1
    factors = np.random.default_rng(0).integers(0, 1 << 64, width, np.uint64) | np.uint64(
        1
    )  # odd: no bit is lost
    keys = np.empty(len(pool), np.uint64)
    for start in range(0, len(pool), _BLOCK):
        part = slice(start, start + _BLOCK)
        values = np.column_stack([pool.vectors[part], pool.weights[part]]).astype(np.float32, copy=False)
        keys[part] = (values.view(np.uint32) * factors).sum(axis=1)
    return keys
