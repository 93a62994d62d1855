"""Vectors of samples that were embedded before, from Qdrant."""

from collections.abc import Sequence
from uuid import UUID

import grpc as transport
import numpy as np
from qdrant_client import AsyncQdrantClient

from shoal.contracts.samples import alias_name, collection_prefix
from shoal.messaging import Transient
from shoal_sampler.usecases.ports import Found


class QdrantLookup:
    """Looks in the project's newest generation."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, Found]:
        """Return what is known; ids that are no UUID, and a project without vectors, find nothing."""
        ids = [each for each in sample_ids if _is_uuid(each)]
        generation = await self._generation(project) if ids else None
        if generation is None:
            return {}
        try:
            records = await self._client.retrieve(
                collection_prefix(project) + generation, ids=list(ids), with_vectors=True, with_payload=False
            )
        except transport.aio.AioRpcError as error:
            raise _away(error) from error
        return {
            str(record.id): Found(generation, np.asarray(record.vector, np.float32)) for record in records
        }

    async def _generation(self, project: str) -> str | None:
        """Return the slug of the generation that the project's alias names."""
        try:
            aliases = (await self._client.get_aliases()).aliases
        except transport.aio.AioRpcError as error:
            raise _away(error) from error
        wanted = alias_name(project)
        names = [each.collection_name for each in aliases if each.alias_name == wanted]
        return names[0].removeprefix(collection_prefix(project)) if names else None


def _away(error: transport.aio.AioRpcError) -> Transient:
    return Transient(f"Qdrant is unavailable: {error.code().name}: {error.details()}")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
