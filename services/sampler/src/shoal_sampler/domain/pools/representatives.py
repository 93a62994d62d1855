"""Which rows of a group of near duplicates to keep, so that every other row is near one of them.

A group may be a chain: its ends are joined through other rows and may point in opposite directions. Rows are
taken in order, and a row stays unless a row that stays already reaches the similarity with it: the greedy
cover of leader clustering (Hartigan, Clustering Algorithms, 1975, chapter 3). Rows that stay are apart from
each other, and every row that goes is near one that stays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_sampler.domain.pools.pool import Report, ignore_progress
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Representatives:
    """row: (n,) the row that stands for each row, itself if it stays. similarity: (n,) their cosine."""

    row: Indices
    similarity: Floats

    def stays(self) -> NDArray[np.bool_]:
        """Return whether each row stays: (n,)."""
        result: NDArray[np.bool_] = self.row == np.arange(len(self.row))
        return result


def choose_representatives(
    vectors: Vectors, group: Indices, similarity: float, *, report: Report = ignore_progress
) -> Representatives:
    """Return the representative of each row: the nearest row of its group that stays.

    vectors: (n, d) unit rows. group: (n,) rows with equal values are compared with each other. Cost: for a
    group of m rows of which k stay, m k d multiplications, twice.
    """
    row, cosine = np.arange(len(vectors)), np.ones(len(vectors), np.float32)
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order], prepend=-1, append=-1))
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if stop - start > 1:
            members = order[start:stop]
            nearest, value = _represent_group(vectors[members], similarity)
            row[members], cosine[members] = members[nearest], value
            report(stop, len(vectors))
    return Representatives(row, cosine)


def _represent_group(vectors: Vectors, similarity: float) -> tuple[Indices, Floats]:
    """Return each row's nearest row that stays, and their cosine."""
    leaders = _leading_rows(vectors, similarity)
    nearest, value = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ vectors[leaders].T
        nearest[start : start + _BLOCK] = leaders[cosines.argmax(axis=1)]
        value[start : start + _BLOCK] = np.minimum(cosines.max(axis=1), 1)
    nearest[leaders], value[leaders] = leaders, 1  # rounding must not give a leader to another
    return nearest, value


def _leading_rows(vectors: Vectors, similarity: float) -> Indices:
    """Return the rows that stay, in order."""
    leaders: list[int] = []
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        free = np.ones(len(block), np.bool_)
        for first in range(0, len(leaders), _BLOCK):
            free &= (block @ vectors[leaders[first : first + _BLOCK]].T < similarity).all(axis=1)
        near = block @ block.T >= similarity
        while len(rest := np.flatnonzero(free)):
            leaders.append(start + int(rest[0]))
            free &= ~near[rest[0]]
            free[rest[0]] = False
    return np.array(leaders, np.int64)
