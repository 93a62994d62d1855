"""A uniform sample of all samples that a process has received, in bounded memory."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.vectors.rows import Vectors


class Reservoir:
    """Keeps the vectors of the `size` samples with the lowest draws.

    This is bottom-k sampling (Cohen and Kaplan 2007). With draws from a keyed hash of the sample id it is a
    uniform sample without replacement. A sample that arrives again changes nothing, and two replicas that
    received the same samples hold the same ones.
    """

    def __init__(self, size: int, dimension: int) -> None:
        self._size = size
        self._ids: list[str] = []
        self._draws: npt.NDArray[np.float64] = np.empty(0)
        self._vectors: Vectors = np.empty((0, dimension), np.float32)

    @property
    def vectors(self) -> Vectors:
        """The stored vectors (r, d), lowest draw first."""
        return self._vectors

    def add(self, ids: Sequence[str], draws: npt.NDArray[np.float64], vectors: Vectors) -> None:
        """Offer samples with their draws (n,) and vectors (n, d)."""
        present = set(self._ids)
        new = [index for index, sample_id in enumerate(ids) if sample_id not in present]
        new = list({ids[index]: index for index in new}.values())
        every_id = [*self._ids, *(ids[index] for index in new)]
        every_draw = np.concatenate([self._draws, draws[new]])
        keep = np.argsort(every_draw, kind="stable")[: self._size]
        self._vectors = np.concatenate([self._vectors, vectors[new]])[keep]
        self._ids = [every_id[index] for index in keep]
        self._draws = every_draw[keep]

    def discard(self, sample_id: str) -> None:
        """Forget one sample."""
        if sample_id in self._ids:
            index = self._ids.index(sample_id)
            del self._ids[index]
            self._draws = np.delete(self._draws, index)
            self._vectors = np.delete(self._vectors, index, axis=0)
