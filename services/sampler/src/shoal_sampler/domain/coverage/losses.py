"""What candidates lose when a cover grows, as whole numbers: exact in whatever order they are summed."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, Table, Units, covered
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.domain.vectors.threads import Crew

_PASS = 1 << 20  # similarities that a thread handles at a time: shorter work is not worth its hand-over
_LONGEST = 1 << 16  # rows of similarities whose sum has room in 32 bits
_STEPS = 2.0**20  # of importance: with them 2^53 is not passed by 100,000 population rows

Wholes = npt.NDArray[np.float64]
Sums = Wholes | npt.NDArray[np.uint32]


class Losses:
    """unit: the gain that a loss of 1 stands for."""

    def __init__(self, coverage: Coverage, table: Table, threads: Crew) -> None:
        self._coverage, self._kept, self._threads = coverage, table.kept, threads
        largest = max(float(coverage.importance.max(initial=0.0)), 1e-30)
        self._even = float(coverage.importance.min(initial=np.inf)) == largest
        steps = 1.0 if self._even else _STEPS
        self._importance: Wholes = np.rint(coverage.importance.astype(np.float64) * (steps / largest))
        self.unit = largest / steps / UNIT

    def lost(self, rows: Indices, cover: Units) -> Wholes:
        """Return (n,) what gains lose when `cover` (m,) becomes the cover of the population's `rows` (m,).

        Where the cover of a row rises from a to b, a candidate of similarity s with it loses min(max(s, a), b) - a.
        """
        n = self._kept.shape[1]
        before, after = covered(self._coverage.cover[rows]), covered(cover)
        height = min(_LONGEST, max(1, _PASS // max(1, n)))
        sums: list[Sums] = [np.empty(0)] * -(-len(rows) // height)

        def work(part: slice) -> None:
            values = self._threads.scratch((part.stop - part.start, n), np.uint16)
            np.take(self._kept, rows[part], axis=0, out=values, mode="clip")  # other modes make a copy first
            np.clip(values, before[part, None], after[part, None], out=values)
            sums[part.start // height] = self._sum(values, rows[part])

        self._threads.in_blocks(len(rows), height, work)
        lost = np.full(n, -float(self._importance[rows] @ before.astype(np.float64)))
        for each in sums:
            lost += each
        return lost

    def _sum(self, values: Units, rows: Indices) -> Sums:
        """Return (n,) the sum of `values` (m, n) times the importance of each row."""
        if self._even:
            plain: Sums = np.add.reduce(values, axis=0, dtype=np.uint32)
            return plain
        weighted: Sums = np.einsum("mn,m->n", values, self._importance[rows])
        return weighted
