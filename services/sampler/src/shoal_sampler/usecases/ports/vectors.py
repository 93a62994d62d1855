"""Vectors of samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal_sampler.domain.vectors.rows import Vectors


@dataclass(frozen=True, slots=True)
class Found:
    """A sample's vector as the vector store has it."""

    generation: str
    vector: Vectors


class VectorLookup(Protocol):
    """Vectors of samples that were embedded before."""

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, Found]:
        """Return what is known; a sample that is not embedded (yet) is absent."""
