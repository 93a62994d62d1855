"""Convert Qdrant's messages to the engine's objects, and back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import qdrant_edge as edge
from qdrant_client import grpc


class Unsupported(ValueError):
    """A part of Qdrant's API that this server lacks; the text names it."""


def id_in(point: Any) -> int | str | UUID:
    """Return a point's id."""
    return int(point.num) if point.WhichOneof("point_id_options") == "num" else str(point.uuid)


def id_out(point: Any) -> Any:
    """Return a point's id as a message."""
    return grpc.PointId(num=point) if isinstance(point, int) else grpc.PointId(uuid=str(point))


def payload_in(payload: Any) -> dict[str, Any]:
    """Return a payload as Python values."""
    return {name: _value_in(value) for name, value in payload.items()}


def _value_in(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind in (None, "null_value"):
        return None
    if kind == "struct_value":
        return payload_in(value.struct_value.fields)
    if kind == "list_value":
        return [_value_in(item) for item in value.list_value.values]
    return getattr(value, kind)


def payload_out(payload: dict[str, Any] | None) -> dict[str, Any]:
    """Return a payload as messages."""
    return {name: _value_out(value) for name, value in (payload or {}).items()}


def _value_out(value: Any) -> Any:
    if value is None:
        return grpc.Value(null_value=grpc.NullValue.NULL_VALUE)
    if isinstance(value, bool):
        return grpc.Value(bool_value=value)
    if isinstance(value, int):
        return grpc.Value(integer_value=value)
    if isinstance(value, float):
        return grpc.Value(double_value=value)
    if isinstance(value, str):
        return grpc.Value(string_value=value)
    if isinstance(value, list):
        return grpc.Value(list_value=grpc.ListValue(values=[_value_out(item) for item in value]))
    return grpc.Value(struct_value=grpc.Struct(fields=payload_out(value)))


def vector_in(vectors: Any) -> list[float]:
    """Return the one unnamed dense vector of a point."""
    if vectors.WhichOneof("vectors_options") != "vector":
        raise Unsupported("named vectors")
    return dense_vector(vectors.vector)


def dense_vector(vector: Any) -> list[float]:
    """Return the numbers of a dense vector."""
    kind = vector.WhichOneof("vector")
    if kind == "dense":
        return list(vector.dense.data)
    if kind is None and vector.data:  # sent by older clients
        return list(vector.data)
    raise Unsupported(f"vectors of kind {kind}")


def vectors_out(vector: Any) -> Any:
    """Return a stored vector as a message; None for a vector that was not requested."""
    if vector is None:
        return None
    numbers = vector[""] if isinstance(vector, dict) else vector
    return grpc.VectorsOutput(vector=grpc.VectorOutput(dense=grpc.DenseVector(data=numbers), data=numbers))


def payload_selection(selector: Any, *, default: bool) -> Any:
    """Return the payload fields to include: all, none, or a list of names."""
    kind = selector.WhichOneof("selector_options")
    if kind is None:
        return default
    if kind == "enable":
        return bool(selector.enable)
    if kind == "include":
        return list(selector.include.fields)
    raise Unsupported("with_payload.exclude")


def vector_selection(selector: Any) -> bool:
    """Return whether to include vectors."""
    return selector.WhichOneof("selector_options") == "enable" and bool(selector.enable)


def filter_in(message: Any) -> Any:
    """Return a filter; None for an empty one."""
    if not (message.must or message.should or message.must_not):
        return None
    return edge.Filter(
        must=_conditions_in(message.must),
        should=_conditions_in(message.should),
        must_not=_conditions_in(message.must_not),
    )


def _conditions_in(messages: Iterable[Any]) -> list[Any] | None:
    return [_condition_in(message) for message in messages] or None


def _condition_in(message: Any) -> Any:
    kind = message.WhichOneof("condition_one_of")
    if kind == "field":
        return _field_condition(message.field)
    if kind == "has_id":
        return edge.HasIdCondition({id_in(point_id) for point_id in message.has_id.has_id})
    if kind == "is_empty":
        return edge.IsEmptyCondition(message.is_empty.key)
    if kind == "is_null":
        return edge.IsNullCondition(message.is_null.key)
    if kind == "filter":
        return filter_in(message.filter) or edge.Filter()
    raise Unsupported(f"conditions of kind {kind}")


def _field_condition(message: Any) -> Any:
    if message.HasField("match"):
        return edge.FieldCondition(message.key, match=_match_in(message.match))
    if message.HasField("range"):
        bounds = {
            name: getattr(message.range, name)
            for name in ("lt", "gt", "gte", "lte")
            if message.range.HasField(name)
        }
        return edge.FieldCondition(message.key, range=edge.RangeFloat(**bounds))
    raise Unsupported("field conditions other than match and range")


def _match_in(message: Any) -> Any:
    kind = message.WhichOneof("match_value")
    if kind in ("keyword", "integer", "boolean"):
        return edge.MatchValue(getattr(message, kind))
    if kind == "keywords":
        return edge.MatchAny(list(message.keywords.strings))
    if kind == "integers":
        return edge.MatchAny(list(message.integers.integers))
    if kind == "except_keywords":
        return edge.MatchExcept(list(message.except_keywords.strings))
    if kind == "except_integers":
        return edge.MatchExcept(list(message.except_integers.integers))
    raise Unsupported(f"matches of kind {kind}")
