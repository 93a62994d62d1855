"""Similarities of candidates with a population, as whole units, and what candidates add to a cover.

They are stored as uint16, cut to multiples of 1 / UNIT: half the memory of float32, and fast passes over
small integers. Matrix products use threads of their library and run one at a time; everything else runs in
blocks of rows on BlockThreads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.kernels import Kernel
from shoal_sampler.domain.vectors.rows import Floats, Vectors
from shoal_sampler.domain.vectors.threads import BlockThreads

UNIT = 65000.0  # similarities are multiples of 1 / UNIT; below 2^16, which leaves room for ROUNDING
ROUNDING = np.uint16(1)
"""Units by which equal similarities may differ; a smaller or equal difference is no gain."""
_TALL, _WIDE = 4096, 1024  # population rows and candidates of one matrix product: 16 MiB
_PASS = 1 << 18  # similarities per task of a thread: they stay in its cache
_TILE = 64  # rows mirrored at a time

Units = npt.NDArray[np.uint16]
View = Callable[[Pool], Vectors]
"""Maps candidates to the vectors that represent them in comparisons, one per candidate."""


def candidate_vectors(pool: Pool) -> Vectors:
    """Return the candidates' vectors unchanged."""
    return pool.vectors


def cover_bounds(cover: Units) -> Units:
    """Return the value that a similarity must exceed to add to the cover."""
    result: Units = cover + ROUNDING
    return result


@dataclass(slots=True)
class Coverage:
    """How well a population is covered so far.

    kernel: from candidates to UNIT times their similarities with the population. importance: (r,) of each
    population row, adds up to 1. view: applied to one part of a large pool at a time, so its result is never
    held for the whole pool. cover: (r,) each row's largest similarity with what is chosen, in units.
    """

    kernel: Kernel
    importance: Floats
    view: View = candidate_vectors
    cover: Units = field(init=False)

    def __post_init__(self) -> None:
        self.cover = np.zeros(len(self.importance), np.uint16)

    def __len__(self) -> int:
        return len(self.cover)

    def copy(self) -> "Coverage":
        """Return an independent copy of the cover, of the same population."""
        other = Coverage(self.kernel, self.importance, self.view)
        other.cover = self.cover.copy()
        return other

    def add(self, chosen_vectors: Vectors, threads: BlockThreads) -> None:
        """Add the coverage of `chosen_vectors` (m, d)."""
        for part in _runs_between(0, len(chosen_vectors), _WIDE):
            columns = np.empty((len(self), part.stop - part.start), np.uint16)
            _fill_units(columns, self.kernel, candidates=chosen_vectors[part], threads=threads)
            np.maximum(self.cover, columns.max(axis=1), out=self.cover)


class Table:
    """values: (r, n) similarities of a population with all candidates, in units.

    If the candidates are the population itself, the matrix is symmetric and half of it is mirrored.
    """

    def __init__(self, pool: Pool, coverage: Coverage, threads: BlockThreads) -> None:
        """Compute the table; reports half of the work as finished."""
        self.values: Units = np.empty((len(coverage), len(pool)), np.uint16)
        self._symmetric = coverage.kernel.population is pool.vectors
        for part in _runs_between(0, len(pool), _WIDE):
            first = part.start if self._symmetric else 0
            _fill_units(
                self.values[first:, part],
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
        return self.values[candidate] if self._symmetric else self.values[:, candidate]

    def _mirror(self, part: slice, threads: BlockThreads) -> None:
        """Fill the rows `part`, from column part.stop on, with the columns `part` of the rows below."""

        def write(below: slice) -> None:
            rows = slice(part.stop + below.start, part.stop + below.stop)
            self.values[part, rows] = self.values[rows, part].T

        threads.in_blocks(len(self.values) - part.stop, _TILE, write)


def _runs_between(first: int, end: int, most: int) -> Iterator[slice]:
    """Yield slices of at most `most` numbers that cover `first` to `end`."""
    return (slice(start, min(start + most, end)) for start in range(first, end, most))


def _fill_units(
    units: Units, kernel: Kernel, *, candidates: Vectors, threads: BlockThreads, first: int = 0
) -> None:
    """Write the similarities of the population rows from `first` on with `candidates` (b, d) into `units`.

    units: (r - first, b).
    """
    left = kernel.left(candidates)
    product = np.empty((_TALL, len(left)), np.float32)
    height = max(1, _PASS // max(1, len(left)))
    for rows in _runs_between(first, len(kernel.population), _TALL):
        block = np.matmul(kernel.right[rows], left.T, out=product[: rows.stop - rows.start])
        target = units[rows.start - first : rows.stop - first]

        def finish(part: slice, block: Floats = block, target: Units = target) -> None:
            kernel.shape(block[part])
            target[part] = block[part]

        threads.in_blocks(len(block), height, finish)
