"""Duplicates of samples already chosen in a project, so that no question is paid for twice."""

from collections.abc import Collection

import numpy as np

from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.vectors.nearest import nearest_similarity
from shoal_sampler.domain.vectors.rows import Vectors


class Duplicates:
    """Finds samples that repeat one chosen before, or earlier in the same window.

    Exact repeats are recognised by the hash of their content, over the project's whole history; near ones by
    their cosine with `chosen_vectors`, whose number the caller bounds. Samples with texts that the encoder
    could not read have only exact repeats.
    """

    def __init__(self, samples: list[Sample], hashes: Collection[bytes], chosen_vectors: Vectors) -> None:
        self._samples = samples
        self._hashes = set(hashes)
        self._vectors = np.stack([sample.vector for sample in samples]).astype(np.float32)
        self._readable = np.array([sample.is_readable for sample in samples])
        self._nearest = nearest_similarity(self._vectors, chosen_vectors)

    def repeats(self, index: int, similarity: float) -> bool:
        """Return whether sample `index` equals a chosen one, or reaches a cosine of `similarity` with one."""
        if self._samples[index].content_hash in self._hashes:
            return True
        return bool(self._readable[index] and self._nearest[index] >= similarity)

    def choose(self, index: int) -> None:
        """Remember that sample `index` is chosen."""
        self._hashes.add(self._samples[index].content_hash)
        if self._readable[index]:
            np.maximum(self._nearest, self._vectors @ self._vectors[index], out=self._nearest)
