"""A sample and its vector as Qdrant's message."""

from collections.abc import Iterator, Sequence
from typing import Any

from qdrant_client import grpc

from shoal.contracts.samples import SampleEmbedded, SampleIngested
from shoal_embedder.usecases.ports import Point

MOST_POINTS = 192
MOST_BYTES = 16 * 1024 * 1024  # a quarter of what Qdrant takes by default
PARENT = "parent_id"
"""Field of a crop's payload: the sample with the whole image."""
PayloadValue = str | float | Sequence["PayloadValue"]
_PACKED_FLOATS = b"\x0a"  # field 1 of DenseVector, length-delimited: packed floats are little-endian float32


def divide_points(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield the points in requests that Qdrant takes, whatever the size of vectors and tags."""
    request: list[Point] = []
    room = MOST_BYTES
    for point in points:
        size = _size_of(point)
        if request and (len(request) == MOST_POINTS or size > room):
            yield request
            request, room = [], MOST_BYTES
        request.append(point)
        room -= size
    if request:
        yield request


def _size_of(point: Point) -> int:
    """Return the most bytes of a point; a character has at most four."""
    texts = [str(part) for value in _point_payload(point.event).values() for part in value]
    return len(point.vector) + 4 * sum(map(len, texts)) + 500


def point_struct(point: Point) -> Any:
    """Return the point as Qdrant's message; the vector's bytes are copied unchanged."""
    dense = grpc.DenseVector.FromString(_PACKED_FLOATS + _encode_varint(len(point.vector)) + point.vector)
    return grpc.PointStruct(
        id=grpc.PointId(uuid=point.event.sample_id),
        vectors=grpc.Vectors(vector=grpc.Vector(dense=dense)),
        payload={name: _payload_value(value) for name, value in _point_payload(point.event).items()},
    )


def _payload_value(value: PayloadValue) -> Any:
    if isinstance(value, str):
        return grpc.Value(string_value=value)
    if isinstance(value, float):
        return grpc.Value(double_value=value)
    return grpc.Value(list_value=grpc.ListValue(values=[_payload_value(part) for part in value]))


def _point_payload(event: SampleIngested | SampleEmbedded) -> dict[str, str | Sequence[PayloadValue]]:
    prediction, crop = event.prediction, event.content.crop
    payload: dict[str, str | Sequence[PayloadValue]] = {
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
    if event.parent_id is not None:
        payload[PARENT] = event.parent_id
    if crop is not None:
        payload["crop"] = [crop.left, crop.top, crop.right, crop.bottom]
    return payload


def _encode_varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)
