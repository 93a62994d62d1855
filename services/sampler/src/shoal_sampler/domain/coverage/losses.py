"""What candidates lose when a cover grows, as whole numbers: exact in any order of summation."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, Table, Units, cover_bounds
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.domain.vectors.threads import BlockThreads

_PASS = 1 << 20  # similarities per task of a thread: a shorter one costs more to hand over than to compute
_LONGEST = 1 << 16  # most rows of similarities whose sum fits into 32 bits
_STEPS = 2.0**20  # steps of importance: sums over 100,000 population rows then stay below 2^53

Wholes = npt.NDArray[np.float64]
Sums = Wholes | npt.NDArray[np.uint32]


class Losses:
    """Losses of all candidates. unit: the gain that a loss of 1 stands for."""

    def __init__(self, coverage: Coverage, table: Table, threads: BlockThreads) -> None:
        self._coverage, self._table, self._threads = coverage, table.values, threads
        largest = max(float(coverage.importance.max(initial=0.0)), 1e-30)
        self._even = float(coverage.importance.min(initial=np.inf)) == largest
        steps = 1.0 if self._even else _STEPS
        self._importance: Wholes = np.rint(coverage.importance.astype(np.float64) * (steps / largest))
        self.unit = largest / steps / UNIT

    def losses_of(self, rows: Indices, cover: Units) -> Wholes:
        """Return (n,) what gains lose when `cover` (m,) becomes the cover of the population's `rows` (m,).

        If the cover of a row rises from a to b, a candidate of similarity s with the row loses min(max(s, a),
        b) - a.
        """
        n = self._table.shape[1]
        before, after = cover_bounds(self._coverage.cover[rows]), cover_bounds(cover)
        height = min(_LONGEST, max(1, _PASS // max(1, n)))
        sums: list[Sums] = [np.empty(0)] * -(-len(rows) // height)

        def work(part: slice) -> None:
            values = self._threads.scratch((part.stop - part.start, n), np.uint16)
            np.take(self._table, rows[part], axis=0, out=values, mode="clip")  # other modes make a copy first
            np.clip(values, before[part, None], after[part, None], out=values)
            sums[part.start // height] = self._sum(values, rows[part])

        self._threads.in_blocks(len(rows), height, work)
        losses = np.full(n, -float(self._importance[rows] @ before.astype(np.float64)))
        for part_sum in sums:
            losses += part_sum
        return losses

    def _sum(self, values: Units, rows: Indices) -> Sums:
        """Return (n,) the sum of `values` (m, n) times the importance of each row."""
        if self._even:
            plain: Sums = np.add.reduce(values, axis=0, dtype=np.uint32)
            return plain
        weighted: Sums = np.einsum("mn,m->n", values, self._importance[rows])
        return weighted
