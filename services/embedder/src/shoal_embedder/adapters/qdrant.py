"""Store vectors in Qdrant over gRPC as raw bytes, without converting numbers in Python."""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc as transport
from qdrant_client import AsyncQdrantClient, grpc, models

from shoal.contracts.samples import Generation, SampleIngested, alias_name, collection_name, collection_prefix
from shoal.messaging import Transient
from shoal_embedder.usecases.ports import OtherDimension, Point

POINTS_PER_REQUEST = 192
REQUESTS_AT_ONCE = 3
_PACKED_FLOATS = b"\x0a"  # field 1 of DenseVector, length-delimited: packed floats are little-endian float32
_OUTAGES = {
    transport.StatusCode.UNAVAILABLE,
    transport.StatusCode.DEADLINE_EXCEEDED,
    transport.StatusCode.RESOURCE_EXHAUSTED,
    transport.StatusCode.CANCELLED,
    transport.StatusCode.INTERNAL,
}


class QdrantStore:
    """One collection per project and generation; a project's alias names its newest collection."""

    def __init__(self, client: AsyncQdrantClient, *, timeout_s: float = 30.0) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._ready: set[str] = set()

    async def prepare(self, project: str, generation: Generation) -> None:
        """Create the collection if it is missing; several replicas may try at the same time."""
        name = collection_name(project, generation)
        if name in self._ready:
            return
        with _as_transient():
            existing = [collection.name for collection in (await self._client.get_collections()).collections]
            _check_dimension(existing, project, generation)
            if name not in existing:
                await self._create(name, alias_name(project), generation.dimension)
        self._ready.add(name)

    async def upsert(self, project: str, generation: Generation, points: Sequence[Point]) -> None:
        """Store points; return when Qdrant has them in its log."""
        name = collection_name(project, generation)
        gate = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def send(part: Sequence[Point]) -> None:
            async with gate:
                await self._client.grpc_points.Upsert(
                    grpc.UpsertPoints(
                        collection_name=name, wait=True, points=[point_struct(point) for point in part]
                    ),
                    timeout=self._timeout_s,
                )

        starts = range(0, len(points), POINTS_PER_REQUEST)
        with _as_transient():
            await asyncio.gather(*(send(points[start : start + POINTS_PER_REQUEST]) for start in starts))

    async def delete(self, project: str, samples: Sequence[str]) -> None:
        """Delete points from all collections of the project."""
        with _as_transient():
            existing = [collection.name for collection in (await self._client.get_collections()).collections]
            for name in existing:
                if name.startswith(collection_prefix(project)):
                    await self._client.delete(name, points_selector=list(samples), wait=True)

    async def answers(self) -> str:
        """Return why the store is unavailable at present, or an empty text."""
        try:
            async with asyncio.timeout(2):
                await self._client.get_collections()
        except Exception as error:
            return f"Qdrant does not answer: {error!r}"[:200]
        return ""

    async def _create(self, name: str, alias: str, dimension: int) -> None:
        vectors = models.VectorParams(size=dimension, distance=models.Distance.COSINE)
        try:
            await self._client.create_collection(name, vectors_config=vectors)
        except transport.aio.AioRpcError:
            if not await self._client.collection_exists(name):
                raise
        created = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=name, alias_name=alias)
        )
        await self._client.update_collection_aliases([created])


def point_struct(point: Point) -> Any:
    """Return the point as Qdrant's message; the vector's bytes are copied unchanged."""
    dense = grpc.DenseVector.FromString(_PACKED_FLOATS + _encode_varint(len(point.vector)) + point.vector)
    return grpc.PointStruct(
        id=grpc.PointId(uuid=point.event.sample_id),
        vectors=grpc.Vectors(vector=grpc.Vector(dense=dense)),
        payload={name: _payload_value(value) for name, value in _point_payload(point.event).items()},
    )


def _payload_value(value: str | list[str]) -> Any:
    if isinstance(value, str):
        return grpc.Value(string_value=value)
    return grpc.Value(list_value=grpc.ListValue(values=[grpc.Value(string_value=text) for text in value]))


def _point_payload(event: SampleIngested) -> dict[str, str | list[str]]:
    prediction = event.prediction
    payload: dict[str, str | list[str]] = {
        "source": event.source,
        "source_id": event.source_id,
        "occurred_at": event.occurred_at.isoformat(),
    }
    if prediction is not None:
        payload |= {"model": prediction.model, "model_version": prediction.version}
        if prediction.label is not None:
            payload["predicted_label"] = prediction.label
    if event.tags:
        payload["tags"] = [f"{name}={value}" for name, value in event.tags.items()]
    return payload


def _check_dimension(existing: Sequence[str], project: str, generation: Generation) -> None:
    same_encoder = collection_name(project, generation).removesuffix(str(generation.dimension))
    for name in existing:
        rest = name.removeprefix(same_encoder)
        if rest != name and rest.isdigit() and int(rest) != generation.dimension:
            raise OtherDimension(int(rest))


def _encode_varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


class _as_transient:  # noqa: N801 - reads as what it does
    """Turns outages of gRPC into Transient, so that the records are retried and never become dead letters."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, transport.aio.AioRpcError) and error.code() in _OUTAGES:
            raise Transient(f"Qdrant: {error.code().name}: {error.details()}") from error
