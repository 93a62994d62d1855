"""CloudEvents in structured mode: https://github.com/cloudevents/spec, cloudevents/formats/json-format.md."""

import base64
from collections.abc import Mapping
from typing import Any

import orjson

STRUCTURED = "application/cloudevents+json"
ATTRIBUTES = ("id", "type", "source", "inferenceservicename", "endpoint", "time")
BATCH = "application/cloudevents-batch+json"


class BadEvent(Exception):
    """A structured event that cannot be read: the field, what is wrong with it, and the fix."""

    def __init__(self, field: str, detail: str, fix: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field, self.detail, self.fix = field, detail, fix


def read_structured(body: bytes) -> tuple[dict[str, str], bytes]:
    """Return an event's attributes under their names in binary mode, and its payload. Raises BadEvent."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadEvent("body", f"it is not JSON: {error}", "Send one CloudEvent as JSON") from error
    if not isinstance(event, Mapping):
        raise BadEvent("body", "it is not an object", "Send one CloudEvent as JSON")
    attributes = {
        f"ce-{name}": _attribute_text(f"ce-{name}", value)
        for name in ATTRIBUTES
        if (value := event.get(name)) is not None
    }
    attributes["content-type"] = str(event.get("datacontenttype") or "application/json")
    return attributes, _event_data(event)


def _attribute_text(name: str, value: Any) -> str:
    if isinstance(value, Mapping | list):
        raise BadEvent(name, "it is not a text", "Send a text")
    return str(value)


def _event_data(event: Mapping[str, Any]) -> bytes:
    if isinstance(encoded := event.get("data_base64"), str):
        try:
            return base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise BadEvent("data_base64", "it is not base64", "Send base64, or JSON in data") from error
    data = event.get("data")
    if data is None:
        raise BadEvent("data", "it is missing", "Send the payload in data")
    if isinstance(data, str):  # JSON in a text, as some SDKs write it
        return data.encode()
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError as error:
        raise BadEvent("data", f"it cannot be read: {error}", "Send a flat list of instances") from error
