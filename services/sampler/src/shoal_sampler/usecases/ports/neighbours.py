"""Samples by their similarity to a vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shoal_sampler.usecases.ports.vectors import StoredVector

ImageParts = Literal["all", "crops", "wholes"]
"""Which samples are meant: all, crops only, or samples that are no crop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A sample and its cosine with a vector.

    parent_id, crop: of a crop, the sample with the whole image and the part of it: left, top, right, bottom.
    """

    sample_id: str
    similarity: float
    source: str
    source_id: str
    predicted_label: str | None
    parent_id: str | None
    crop: Sequence[float] | None


class Neighbours(Protocol):
    """Samples that are searchable."""

    async def nearest(
        self, project: str, vector: StoredVector, *, parts: ImageParts, limit: int
    ) -> list[Neighbour]:
        """Return the samples of the vector's generation with the highest cosine. Raises Transient."""
