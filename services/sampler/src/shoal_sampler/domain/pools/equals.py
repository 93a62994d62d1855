"""Equal candidates: same vector, same weight."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import Indices

_BLOCK = 1024

Keys = npt.NDArray[np.uint64]


class EqualCandidates:
    """Orders equal candidates: the lowest draw first, then the lowest index.

    Their gains are equal, but may differ in the last bit when they are computed at different positions of a
    matrix product. Cost: n d integer products, once.
    """

    def __init__(self, pool: Pool) -> None:
        keys = _candidate_keys(pool)
        order = np.lexsort((np.arange(len(pool)), pool.draws, keys))
        first = np.concatenate([[True], keys[order][1:] != keys[order][:-1]])
        self._order: Indices = order
        self._group = np.empty(len(pool), np.int64)
        self._group[order] = np.cumsum(first) - 1
        self._next = np.flatnonzero(first)  # position in `order` of the next candidate of each group

    def take(self, candidate: int) -> int:
        """Return the first remaining equal of `candidate`, possibly itself, and count it as used."""
        group = self._group[candidate]
        position = self._next[group]
        self._next[group] += 1
        return int(self._order[position])


def _candidate_keys(pool: Pool) -> Keys:
    """Return (n,) a hash of each vector and weight; two different ones collide with a chance of 2^-64."""
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
