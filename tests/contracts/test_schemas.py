"""The public language stays readable for those who speak yesterday's version of it."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import ormsgpack
import pytest

from shoal import __version__
from shoal.catalog import asyncapi, schemas
from shoal.catalog.compatibility import breaking_changes
from shoal.contracts.base import Event
from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.topics import TOPICS

EVENTS = list(schemas.published_events())
EXAMPLES = [(event, path) for event in EVENTS for path in schemas.example_paths(event)]
DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_an_event_never_changes_incompatibly(event: type[Event]) -> None:
    assert schemas.incompatible_changes(event) == [], "make a new event version instead"


def test_golden_schemas_are_those_of_the_code() -> None:
    assert schemas.drifted_types() == [], "run `make schemas`"


def test_no_golden_schema_is_left_without_its_event() -> None:
    assert {path.stem for path in schemas.SCHEMAS.glob("*.json")} == {event.TYPE for event in EVENTS}


def test_the_asyncapi_document_is_that_of_the_code() -> None:
    assert DOCUMENT.read_text("utf-8") == schemas.render_document(asyncapi.asyncapi_document(__version__)), (
        "run `make schemas`"
    )


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_every_event_has_an_example(event: type[Event]) -> None:
    assert schemas.example_paths(event)


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=lambda value: getattr(value, "stem", ""))
def test_yesterdays_examples_parse_today(event: type[Event], path: Path) -> None:
    example = json.loads(path.read_text("utf-8"))
    jsonschema.validate(example, json.loads(schemas.golden_path(event).read_text("utf-8")))
    parsed = event.model_validate_json(json.dumps(example))
    again = parsed.model_dump(mode="json")
    assert is_kept(example, again), "a field of the example was lost or changed"


def is_kept(old: Any, new: Any) -> bool:
    """Tell whether everything in `old` is in `new` as it was; fields that came later may be beside it."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and is_kept(value, new[name]) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(is_kept, old, new))
    return bool(old == new)


def test_a_field_that_is_lost_or_changed_is_seen() -> None:
    example = {"name": "a", "people": [{"skill": 0.5}]}
    assert is_kept(example, {**example, "people": [{"skill": 0.5, "later": ()}], "more": 1})
    assert not is_kept(example, {"name": "a", "people": [{"later": ()}]})
    assert not is_kept(example, {"name": "a", "people": [{"skill": 0.6}]})
    assert not is_kept(example, {"name": "a", "people": []})


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=lambda value: getattr(value, "stem", ""))
def test_examples_survive_both_encodings(event: type[Event], path: Path) -> None:
    parsed = event.model_validate_json(path.read_bytes())
    packed = ormsgpack.packb(parsed.model_dump(), option=ormsgpack.OPT_NAIVE_UTC)
    assert event.model_validate(ormsgpack.unpackb(packed)) == parsed
    assert event.model_validate_json(orjson.dumps(parsed.model_dump(mode="json"))) == parsed


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=lambda value: getattr(value, "stem", ""))
def test_fields_of_a_newer_producer_are_ignored(event: type[Event], path: Path) -> None:
    newer = json.loads(path.read_text("utf-8")) | {"added_tomorrow": {"a": 1}}
    assert event.model_validate_json(json.dumps(newer)) == event.model_validate_json(path.read_bytes())


def _changed(change: str) -> dict[str, Any]:
    schema = copy.deepcopy(schemas.current_schema(AnnotationSubmitted))
    fields = schema["properties"]
    match change:
        case "removed":
            del fields["duration_s"]
        case "retyped":
            fields["revision"] = {"type": "string"}
        case "new required":
            fields["team"] = {"type": "string"}
            schema["required"].append("team")
        case "became required":
            schema["required"].append("price")
        case "values":
            fields["action"]["enum"].remove("skipped")
        case "nested removed":
            del schema["$defs"]["GuidelineRef"]["properties"]["minor"]
        case "alternative removed":
            del schema["$defs"]["ClassAnswer"]["properties"]["label"]
        case "union shrunk":
            fields["answer"]["anyOf"].pop()
        case "new optional":
            fields["team"] = {"type": "string", "default": ""}
        case "described":
            fields["price"]["description"] = "in the project's currency"
    return schema


BREAKING = (
    "removed",
    "retyped",
    "new required",
    "became required",
    "values",
    "nested removed",
    "alternative removed",
    "union shrunk",
)


@pytest.mark.parametrize("change", BREAKING)
def test_an_incompatible_change_is_found(change: str) -> None:
    assert breaking_changes(schemas.current_schema(AnnotationSubmitted), _changed(change))


@pytest.mark.parametrize("change", ["new optional", "described"])
def test_a_compatible_change_is_allowed(change: str) -> None:
    assert breaking_changes(schemas.current_schema(AnnotationSubmitted), _changed(change)) == []


def test_make_schemas_refuses_an_incompatible_change(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = _changed("removed")
    monkeypatch.setattr(schemas, "current_schema", lambda event: broken)
    with pytest.raises(schemas.IncompatibleSchema, match="duration_s: removed"):
        schemas.write_golden()


def test_every_topic_names_a_key_that_its_events_have() -> None:
    for topic in TOPICS.values():
        for event in topic.events:
            assert topic.key == event.KEY
            assert set(event.KEY.split("/")) <= set(event.model_fields)
