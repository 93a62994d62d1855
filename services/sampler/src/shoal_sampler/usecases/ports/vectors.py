"""Vectors of samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal_sampler.domain.vectors.rows import Vectors


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A sample's vector from the vector store."""

    generation: str
    vector: Vectors


class VectorLookup(Protocol):
    """Vectors of samples that are already embedded."""

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, StoredVector]:
        """Return the stored vectors; samples that are not embedded (yet) are absent."""
