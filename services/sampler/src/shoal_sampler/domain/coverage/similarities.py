"""Similarities of candidates with a population, in whole units, and what candidates add to a cover.

Kept as uint16, cut to multiples of 1 / UNIT: half the memory of float32, and quick passes of small integers. Matrix
products have threads of their own and are called one at a time; the rest is done in blocks of rows by the crew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.kernels import Kernel
from shoal_sampler.domain.vectors.rows import Floats, Vectors
from shoal_sampler.domain.vectors.threads import Crew

UNIT = 65000.0  # similarities are counted in 1 / UNIT; below 2^16, which leaves room for ROUNDING
ROUNDING = np.uint16(1)
"""Units by which equal similarities may differ; what is no more does not count as gained."""
_TALL, _WIDE = 4096, 1024  # population rows and candidates of one matrix product: 16 MiB
_PASS = 1 << 18  # similarities that a thread handles at a time: they stay in its cache
_TILE = 64  # rows that are mirrored at a time

Units = npt.NDArray[np.uint16]
View = Callable[[Pool], Vectors]
"""From some candidates to the vectors by which they are compared, as many."""


def as_they_are(pool: Pool) -> Vectors:
    """Return the candidates' own vectors."""
    return pool.vectors


def covered(cover: Units) -> Units:
    """Return what a similarity must exceed to add anything."""
    result: Units = cover + ROUNDING
    return result


@dataclass(slots=True)
class Coverage:
    """How well a population is covered so far.

    kernel: from candidates to UNIT times their similarities with the population. importance: (r,) of each population
    row, adds up to 1. view: asked of the parts of a large pool one after the other, so that what it returns is never
    held for all. cover: (r,) its largest similarity with what is chosen, in units.
    """

    kernel: Kernel
    importance: Floats
    view: View = as_they_are
    cover: Units = field(init=False)

    def __post_init__(self) -> None:
        self.cover = np.zeros(len(self.importance), np.uint16)

    def __len__(self) -> int:
        return len(self.cover)

    def copy(self) -> "Coverage":
        """Return a cover of its own, of the same population."""
        other = Coverage(self.kernel, self.importance, self.view)
        other.cover = self.cover.copy()
        return other

    def add(self, chosen: Vectors, threads: Crew) -> None:
        """Cover what `chosen` (m, d) covers."""
        for part in _runs(0, len(chosen), _WIDE):
            columns = np.empty((len(self), part.stop - part.start), np.uint16)
            _fill(columns, self.kernel, candidates=chosen[part], threads=threads)
            np.maximum(self.cover, columns.max(axis=1), out=self.cover)


class Table:
    """kept: (r, n) similarities of a population with all candidates, in units.

    Candidates that are the population themselves have a symmetric matrix, and half of it is mirrored.
    """

    def __init__(self, pool: Pool, coverage: Coverage, threads: Crew) -> None:
        """Compute it; reports half of the work as done."""
        self.kept: Units = np.empty((len(coverage), len(pool)), np.uint16)
        self._symmetric = coverage.kernel.population is pool.vectors
        for part in _runs(0, len(pool), _WIDE):
            first = part.start if self._symmetric else 0
            _fill(
                self.kept[first:, part],
                coverage.kernel,
                candidates=pool.vectors[part],
                threads=threads,
                first=first,
            )
            if self._symmetric:
                self._mirror(part, threads)
            pool.report(part.stop, 2 * len(pool))

    def of(self, candidate: int) -> Units:
        """Return (r,) the similarities of a candidate."""
        return self.kept[candidate] if self._symmetric else self.kept[:, candidate]

    def _mirror(self, part: slice, threads: Crew) -> None:
        """Write the rows `part`, from column part.stop on, from the columns `part` of the rows below."""

        def write(below: slice) -> None:
            rows = slice(part.stop + below.start, part.stop + below.stop)
            self.kept[part, rows] = self.kept[rows, part].T

        threads.in_blocks(len(self.kept) - part.stop, _TILE, write)


def _runs(first: int, end: int, most: int) -> Iterator[slice]:
    """Yield the numbers from `first` to `end` in runs of at most `most`."""
    return (slice(start, min(start + most, end)) for start in range(first, end, most))


def _fill(units: Units, kernel: Kernel, *, candidates: Vectors, threads: Crew, first: int = 0) -> None:
    """Write into `units` (r - first, b) the similarities of the population from `first` on with `candidates` (b, d)."""
    left = kernel.left(candidates)
    product = np.empty((_TALL, len(left)), np.float32)
    height = max(1, _PASS // max(1, len(left)))
    for rows in _runs(first, len(kernel.population), _TALL):
        block = np.matmul(kernel.right[rows], left.T, out=product[: rows.stop - rows.start])
        target = units[rows.start - first : rows.stop - first]

        def finish(part: slice, block: Floats = block, target: Units = target) -> None:
            kernel.shape(block[part])
            target[part] = block[part]

        threads.in_blocks(len(block), height, finish)
