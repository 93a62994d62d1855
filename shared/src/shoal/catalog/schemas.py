"""The golden JSON schema of every event, stored beside the contracts."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from shoal.catalog.compatibility import breaking_changes
from shoal.contracts.base import Event
from shoal.contracts.topics import TOPICS

CONTRACTS = Path(str(files("shoal.contracts")))
SCHEMAS = CONTRACTS / "schemas"
EXAMPLES = CONTRACTS / "examples"


class IncompatibleSchema(Exception):
    """An event changed in a way that breaks programs written for the version before."""


def published_events() -> Iterator[type[Event]]:
    """Yield every event that travels on a topic."""
    for topic in TOPICS.values():
        yield from topic.events


def golden_path(event: type[Event]) -> Path:
    """Return the path of the golden schema of `event`."""
    return SCHEMAS / f"{event.TYPE}.json"


def example_paths(event: type[Event]) -> list[Path]:
    """Return the example files of `event`, oldest first."""
    name, version = event.TYPE.removeprefix("shoal.").rsplit(".", 1)
    return sorted((EXAMPLES / name / version).glob("*.json"))


def current_schema(event: type[Event]) -> dict[str, Any]:
    """Return the JSON schema of `event` in the present code."""
    schema = event.model_json_schema(mode="validation")
    return {"$id": f"urn:shoal:schema:{event.TYPE}", **schema}


def render_document(document: dict[str, Any]) -> str:
    """Return a document as the text of its file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def incompatible_changes(event: type[Event]) -> list[str]:
    """Return the incompatible changes of `event` since its golden schema."""
    path = golden_path(event)
    if not path.exists():
        return []
    return breaking_changes(json.loads(path.read_text("utf-8")), current_schema(event))


def drifted_types() -> list[str]:
    """Return the types of the events whose golden schema is missing or differs."""
    return [
        event.TYPE
        for event in published_events()
        if not golden_path(event).exists()
        or golden_path(event).read_text("utf-8") != render_document(current_schema(event))
    ]


def write_golden() -> list[Path]:
    """Write every golden schema that differs and return the paths.

    Raises:
        IncompatibleSchema: an event changed incompatibly and needs a new version instead.
    """
    broken = {event.TYPE: lines for event in published_events() if (lines := incompatible_changes(event))}
    if broken:
        lines = [f"{kind} {line}" for kind, changes in broken.items() for line in changes]
        raise IncompatibleSchema("make a new event version instead of:\n" + "\n".join(lines))
    SCHEMAS.mkdir(exist_ok=True)
    changed = [event for event in published_events() if event.TYPE in drifted_types()]
    for event in changed:
        golden_path(event).write_text(render_document(current_schema(event)), "utf-8")
    return [golden_path(event) for event in changed]
