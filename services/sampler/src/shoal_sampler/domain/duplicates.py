"""What is already chosen in a project, so that nobody is paid to answer the same question twice."""

from collections.abc import Collection

import numpy as np

from shoal_sampler.domain.samples import Sample
from shoal_sampler.domain.vectors import Floats, Vectors

_ROWS, _CHOSEN = 16_384, 1024  # of one product: 64 MiB


def nearest_similarity(vectors: Vectors, chosen: Vectors) -> Floats:
    """Return (n,) the largest cosine of each row with a row of `chosen`; -1 where nothing is chosen.

    Cost n x m x d; memory n float32 and 64 MiB.
    """
    nearest = np.full(len(vectors), -1.0, np.float32)
    for first in range(0, len(vectors), _ROWS):
        rows, part = vectors[first : first + _ROWS], nearest[first : first + _ROWS]
        for start in range(0, len(chosen), _CHOSEN):
            np.maximum(part, (rows @ chosen[start : start + _CHOSEN].T).max(axis=1), out=part)
    return nearest


class Duplicates:
    """Tells whether a sample repeats something chosen before, or earlier in the same window.

    Exact repeats are known by their content's hash, over the project's whole history; near ones by their
    cosine with the vectors given, which the caller bounds.
    """

    def __init__(self, samples: list[Sample], hashes: Collection[bytes], chosen: Vectors) -> None:
        self._samples = samples
        self._hashes = set(hashes)
        self._vectors = np.stack([sample.vector for sample in samples]).astype(np.float32)
        self._nearest = nearest_similarity(self._vectors, chosen)

    def repeats(self, index: int, similarity: float) -> bool:
        """Tell whether sample `index` equals something chosen, or comes as near as `similarity` or nearer."""
        return self._samples[index].content_hash in self._hashes or bool(self._nearest[index] >= similarity)

    def choose(self, index: int) -> None:
        """Remember that sample `index` is chosen."""
        self._hashes.add(self._samples[index].content_hash)
        np.maximum(self._nearest, self._vectors @ self._vectors[index], out=self._nearest)
