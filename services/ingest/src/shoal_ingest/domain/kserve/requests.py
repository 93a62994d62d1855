"""The texts of a request, one for each instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal_ingest.domain.kserve.fields import FieldText, choose_texts, is_key
from shoal_ingest.domain.kserve.tensors import Tensor, read_tensors
from shoal_ingest.domain.kserve.values import BadPayload, checked_text, isolated_errors
from shoal_ingest.domain.kserve.wrapped import unwrapped_text

MOST_INSTANCES = 5_000
"""Of one request: joining 5,000 took 0.33 s on a core of the test machine."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. texts: of every instance, or why it has none. ranked: it asks Triton to rank the classes."""

    texts: list[str | BadPayload]
    ranked: bool = False

    def check_count(self, count: int) -> None:
        """Raise BadPayload if a response has another number of answers."""
        if count != len(self.texts):
            raise BadPayload(
                f"{len(self.texts)} instances in the request, {count} in the response: answer as many"
            )


def read_request(payload: Any) -> Request:
    """Return a request's texts. Raises BadPayload."""
    if not isinstance(payload, Mapping):
        raise BadPayload("the request is not an object: send instances (V1) or inputs (V2)")
    inputs, instances = payload.get("inputs"), payload.get("instances")
    if instances is None and isinstance(inputs, list) and not any(isinstance(i, Mapping) for i in inputs):
        instances = inputs  # KServe's Hugging Face server reads a list of texts from either
    if isinstance(instances, list):
        _check_count(len(instances))
        return Request(
            [isolated_errors(_read_instance, item, f"instances[{i}]") for i, item in enumerate(instances)]
        )
    if isinstance(inputs, list):
        return Request(_tensor_texts(read_tensors(inputs, "inputs"), payload), _is_ranked(payload))
    raise BadPayload("the request has neither a list instances (V1) nor a list inputs (V2): send one")


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_INSTANCES:
        raise BadPayload(f"the request has {count} instances: send 1 to {MOST_INSTANCES}")


def _read_instance(item: Any, where: str) -> str:
    if isinstance(item, list) and 1 <= len(item) <= 2:  # one text, or a pair of them
        return "\n\n".join(
            checked_text(unwrapped_text(part, f"{where}[{index}]"), f"{where}[{index}]")
            for index, part in enumerate(item)
        )
    if isinstance(item, str) or (isinstance(item, Mapping) and set(item) == {"b64"}):
        return checked_text(unwrapped_text(item, where), where)
    if isinstance(item, Mapping):
        fields = [
            FieldText(str(name), value)
            for name, value in item.items()
            if isinstance(value, str) or (isinstance(value, Mapping) and set(value) == {"b64"})
        ]
        return "\n\n".join(
            checked_text(unwrapped_text(field.value, f"{where}.{field.name}"), f"{where}.{field.name}")
            for field in choose_texts(fields, where)
        )
    raise BadPayload(f"{where} is neither a text, a pair of texts nor an object with a text: send one")


def _tensor_texts(tensors: list[Tensor], payload: Mapping[str, Any]) -> list[str | BadPayload]:
    fields = [FieldText(tensor.name, tensor) for tensor in tensors if tensor.is_text]
    if not fields:
        raise BadPayload("inputs has no tensor with datatype BYTES, which is how V2 carries text: send one")
    if len(fields) > 1 or is_key(fields[0].name):
        fields = choose_texts(fields, "inputs")
    selected = [field.value for field in fields]  # a single tensor is the text, whatever its name
    columns = [_column_texts(tensor, payload) for tensor in selected]
    counts = {len(column) for column in columns}
    if len(counts) > 1:
        raise BadPayload(f"inputs has tensors of {sorted(counts)} texts: send as many of each")
    _check_count(counts.pop())
    return [_joined_texts(row) for row in zip(*columns, strict=True)]


def _column_texts(tensor: Tensor, payload: Mapping[str, Any]) -> list[str | BadPayload]:
    rows = tensor.rows()
    if any(len(row) != 1 for row in rows):
        raise BadPayload(
            f"{tensor.where} has {len(rows[0])} texts a row: send one, in shape [{len(rows)}], or several tensors"
        )
    content_type = tensor.content_type or _content_type(payload)
    return [
        isolated_errors(_tensor_text, row[0], content_type, f"{tensor.where}.data[{index}]")
        for index, row in enumerate(rows)
    ]


def _tensor_text(value: Any, content_type: str, where: str) -> str:
    value = {"b64": value} if content_type == "base64" else value
    return checked_text(unwrapped_text(value, where), where)


def _joined_texts(row: tuple[str | BadPayload, ...]) -> str | BadPayload:
    texts = [part for part in row if isinstance(part, str)]
    return "\n\n".join(texts) if len(texts) == len(row) else next(p for p in row if not isinstance(p, str))


def _content_type(payload: Mapping[str, Any]) -> str:
    parameters = payload.get("parameters")
    return str(parameters.get("content_type") or "") if isinstance(parameters, Mapping) else ""


def _is_ranked(payload: Mapping[str, Any]) -> bool:
    """Return whether an output is asked for with Triton's classification extension."""
    outputs = payload.get("outputs")
    return isinstance(outputs, list) and any(
        isinstance(output, Mapping)
        and isinstance(output.get("parameters"), Mapping)
        and bool(output["parameters"].get("classification"))
        for output in outputs
    )
