"""Every text, number and time of a contract or a request has bounds that every later store can hold."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.boundskit import fields_without_bounds
from shoal.catalog import schemas
from shoal.contracts.base import Event, FreeObject
from shoal.inputs import Strict
from shoal_gateway.adapters.generic.mapping import VendorAnnotation
from shoal_gateway.http.app import make_app as make_gateway
from shoal_ingest.http.app import make_app as make_ingest
from shoal_qa.http.app import make_app as make_qa
from shoal_sampler.http.app import make_app as make_sampler

EVENTS = list(schemas.published_events())
COMPARED = {"token", "range", "if_range", "if_none_match"}  # compared and never stored
SECRETS = {".api_key", ".webhook_secret"}  # their length is bounded outside the text


def routes_of(entries: Sequence[Any]) -> Iterator[APIRoute]:
    """Yield the routes of an application, those of its routers too."""
    for entry in entries:
        if isinstance(entry, APIRoute):
            yield entry
        elif hasattr(entry, "original_router"):
            yield from routes_of(entry.original_router.routes)


ROUTES = [
    route
    for make in (make_ingest, make_sampler, make_gateway, make_qa)
    for route in routes_of(make(None).routes)  # type: ignore[arg-type]
]


def models_of_inputs() -> list[type[BaseModel]]:
    """Return every model of input, at any depth of subclasses."""
    models: list[type[BaseModel]] = [VendorAnnotation]
    waiting = list(Strict.__subclasses__())
    while waiting:
        models.append(waiting.pop())
        waiting += models[-1].__subclasses__()
    return sorted(models, key=lambda model: f"{model.__module__}.{model.__name__}")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_has_bounds(event: type[Event]) -> None:
    assert list(fields_without_bounds(event.__pydantic_core_schema__)) == []


@pytest.mark.parametrize("model", models_of_inputs(), ids=lambda model: model.__name__)
def test_a_model_of_input_has_bounds(model: type[BaseModel]) -> None:
    faults = fields_without_bounds(model.__pydantic_core_schema__)
    assert [fault for fault in faults if fault.split(":")[0] not in SECRETS] == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id or route.name)
def test_a_parameter_has_bounds(route: APIRoute) -> None:
    faults = [
        f"{parameter.name}{fault}"
        for parameter in get_flat_params(route.dependant)
        if parameter.name not in COMPARED
        for fault in fields_without_bounds(parameter._type_adapter.core_schema)
    ]
    assert faults == []


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    "value",
    [
        {"a": "b\x00"},
        {"a\x00": 1},
        {"a": ["\ud800"]},
        {"a": 2**63},
        {"a": -(2**63) - 1},
        {"a": float("nan")},
        {"a": [[float("inf")]]},
        nested(17),
        {"a": [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]},
    ],
    ids=repr,
)
def test_free_json_that_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(FreeObject).validate_python(value)


@pytest.mark.parametrize("value", [{}, nested(16), {"a": ["ü", 2**63 - 1, 1e300, None, True]}], ids=repr)
def test_free_json_that_can_be_stored_is_unchanged(value: Any) -> None:
    assert TypeAdapter(FreeObject).validate_python(value) == value
