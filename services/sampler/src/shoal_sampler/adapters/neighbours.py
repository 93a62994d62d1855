"""Samples by their similarity to a vector, from Qdrant."""

from typing import Any

from qdrant_client import AsyncQdrantClient, models

from shoal.contracts.samples import collection_prefix
from shoal.messaging.errors import outages_of
from shoal_sampler.usecases.ports import ImageParts, Neighbour, StoredVector

_WHOLE = models.IsEmptyCondition(is_empty=models.PayloadField(key="parent_id"))
_FILTERS: dict[ImageParts, models.Filter | None] = {
    "all": None,
    "crops": models.Filter(must_not=[_WHOLE]),
    "wholes": models.Filter(must=[_WHOLE]),
}


class QdrantNeighbours:
    """Searches the collection of a vector's generation."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client

    async def nearest(
        self, project: str, vector: StoredVector, *, parts: ImageParts, limit: int
    ) -> list[Neighbour]:
        """Return the samples of the vector's generation with the highest cosine. Raises Transient."""
        with outages_of("Qdrant"):
            answer = await self._client.query_points(
                collection_prefix(project) + vector.generation,
                query=vector.vector.tolist(),
                query_filter=_FILTERS[parts],
                limit=limit,
                with_payload=True,
            )
        return [_to_neighbour(point) for point in answer.points]


def _to_neighbour(point: models.ScoredPoint) -> Neighbour:
    payload: dict[str, Any] = point.payload or {}
    return Neighbour(
        sample_id=str(point.id),
        similarity=point.score,
        source=payload["source"],
        source_id=payload["source_id"],
        predicted_label=payload.get("predicted_label"),
        parent_id=payload.get("parent_id"),
        crop=payload.get("crop"),
    )
