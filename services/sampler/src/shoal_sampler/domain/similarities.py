"""Similarities of candidates with a population, in whole units, and what candidates add to a cover.

Kept as uint16, cut to multiples of 1 / UNIT: half the memory of float32, and quick passes of small integers. Matrix
products have threads of their own and are called one at a time; the rest is done in blocks of rows by the crew.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.kernels import Kernel
from shoal_sampler.domain.pool import Pool
from shoal_sampler.domain.threads import in_blocks
from shoal_sampler.domain.vectors import Floats, Vectors

UNIT = 65000.0  # similarities are counted in 1 / UNIT; below 2^16, which leaves room for ROUNDING
ROUNDING = np.uint16(
    1
)  # units by which equal similarities may differ; what is no more does not count as gained
_PRODUCT = 1 << 22  # values of one matrix product: 16 MiB
_TILE = 128  # rows that are mirrored at a time
_PASS = 1 << 18  # similarities that a thread handles at a time: they stay in its cache

Units = npt.NDArray[np.uint16]


@dataclass(slots=True)
class Coverage:
    """How well a population is covered so far.

    kernel: from candidates to UNIT times their similarities with the population. importance: (r,) of each population
    row, adds up to 1. cover: (r,) its largest similarity with what is chosen, in units.
    """

    kernel: Kernel
    importance: Floats
    cover: Units = field(init=False)

    def __post_init__(self) -> None:
        self.cover = np.zeros(len(self.importance), np.uint16)

    def __len__(self) -> int:
        return len(self.cover)

    @property
    def height(self) -> int:
        """Return how many rows of similarities a thread handles at a time."""
        return max(1, _PASS // max(1, len(self)))

    def copy(self) -> "Coverage":
        """Return a cover of its own, of the same population."""
        other = Coverage(self.kernel, self.importance)
        other.cover = self.cover.copy()
        return other

    def add(self, chosen: Vectors, threads: Executor) -> None:
        """Cover what `chosen` (m, d) covers."""
        for part in _parts(len(chosen), self):
            rows = np.empty((part.stop - part.start, len(self)), np.uint16)
            _fill(rows, chosen[part], self, threads)
            np.maximum(self.cover, rows.max(axis=0), out=self.cover)

    def gains(self, rows: Units) -> Floats:
        """Return (b,) what each candidate adds, from its (b, r) similarities, which are overwritten."""
        covered = self.cover + ROUNDING
        np.maximum(rows, covered, out=rows)
        rows -= covered
        return coarse(np.vecdot(rows.astype(np.float32), self.importance) / np.float32(UNIT))


def coarse(gains: Floats) -> Floats:
    """Return gains cut to 15 bits of mantissa: rows that are equal but for rounding have equal gains, nearly always.

    The greedy choice is one of largest gain up to a factor 1 - 2^-15.
    """
    result: Floats = (gains.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)
    return result


def keep(pool: Pool, coverage: Coverage, threads: Executor) -> Units:
    """Return (n, r) the similarities of all candidates, in units; reports half of the work as done.

    Candidates that are the population themselves have a symmetric matrix, and half of it is mirrored.
    """
    kept = np.empty((len(pool), len(coverage)), np.uint16)
    own = coverage.kernel.population is pool.vectors
    for part in _parts(len(pool), coverage):
        first = part.start if own else 0
        _fill(kept[part, first:], pool.vectors[part], coverage, threads, first)
        if own:
            _mirror(kept, part, threads)
        pool.report(part.stop, 2 * len(pool))
    return kept


def _parts(rows: int, coverage: Coverage) -> Iterator[slice]:
    """Yield the rows of each matrix product."""
    height = max(1, _PRODUCT // max(1, len(coverage)))
    return (slice(start, min(start + height, rows)) for start in range(0, rows, height))


def _fill(units: Units, candidates: Vectors, coverage: Coverage, threads: Executor, first: int = 0) -> None:
    """Write into `units` (b, r - first) the similarities of `candidates` (b, d) with the population from `first` on."""
    block = coverage.kernel.product(candidates, first)
    caps = np.full(units.shape[1], UNIT, np.float32)  # rounding may lift x.x above 1

    def finish(part: slice) -> None:
        rows = block[part]
        coverage.kernel.shape(rows)
        np.minimum(rows, caps, out=rows)
        units[part] = rows

    in_blocks(threads, len(block), coverage.height, finish)


def _mirror(kept: Units, part: slice, threads: Executor) -> None:
    """Write the columns `part` of the rows below `part` from the rows `part`."""

    def write(below: slice) -> None:
        rows = slice(part.stop + below.start, part.stop + below.stop)
        kept[rows, part] = kept[part, rows].T

    in_blocks(threads, len(kept) - part.stop, _TILE, write)
