"""Vectors of samples that are already embedded, from Qdrant."""

from collections.abc import Sequence
from uuid import UUID

import grpc as transport
import numpy as np
from qdrant_client import AsyncQdrantClient

from shoal.contracts.samples import alias_name, collection_prefix
from shoal.messaging import Transient
from shoal_sampler.usecases.ports import StoredVector


class QdrantLookup:
    """Reads from the project's newest generation."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, StoredVector]:
        """Return the stored vectors. Raises Transient.

        Ids that are not UUIDs, and projects without vectors, have none.
        """
        ids = [sample_id for sample_id in sample_ids if _is_uuid(sample_id)]
        generation = await self._generation(project) if ids else None
        if generation is None:
            return {}
        try:
            records = await self._client.retrieve(
                collection_prefix(project) + generation, ids=list(ids), with_vectors=True, with_payload=False
            )
        except transport.aio.AioRpcError as error:
            raise _outage_of(error) from error
        return {
            str(record.id): StoredVector(generation, np.asarray(record.vector, np.float32))
            for record in records
        }

    async def _generation(self, project: str) -> str | None:
        """Return the generation's slug from the project's alias."""
        try:
            aliases = (await self._client.get_aliases()).aliases
        except transport.aio.AioRpcError as error:
            raise _outage_of(error) from error
        alias = alias_name(project)
        names = [entry.collection_name for entry in aliases if entry.alias_name == alias]
        return names[0].removeprefix(collection_prefix(project)) if names else None


def _outage_of(error: transport.aio.AioRpcError) -> Transient:
    return Transient(f"Qdrant is unavailable: {error.code().name}: {error.details()}")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
