"""Every text, number and time of a contract or a request has bounds that every later store can hold."""

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from contracts.boundskit import fields_without_bounds
from shoal.catalog import schemas
from shoal.contracts.base import Event
from shoal.inputs import Strict
from shoal_gateway.http.app import make_app as make_gateway
from shoal_ingest.http.app import make_app as make_ingest
from shoal_qa.http.app import make_app as make_qa
from shoal_sampler.http.app import make_app as make_sampler

EVENTS = list(schemas.published_events())
SECRETS = {".api_key", ".webhook_secret"}  # their length is bounded outside the text
FREE = {"strategy", "filter", "budget", "labeling"}  # of a campaign; the door checks them by their models
ROUTES = [
    route
    for make in (make_ingest, make_sampler, make_gateway, make_qa)
    for route in make(None).routes  # type: ignore[arg-type]
    if isinstance(route, APIRoute)
]


def models_of_inputs() -> list[type[Strict]]:
    """Return every model of input, at any depth of subclasses."""
    models, waiting = [], list(Strict.__subclasses__())
    while waiting:
        models.append(waiting.pop())
        waiting += models[-1].__subclasses__()
    return sorted(models, key=lambda model: f"{model.__module__}.{model.__name__}")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_has_bounds(event: type[Event]) -> None:
    faults = fields_without_bounds(event.__pydantic_core_schema__)
    assert [fault for fault in faults if fault.split(":")[0].strip(".") not in FREE] == []


@pytest.mark.parametrize("model", models_of_inputs(), ids=lambda model: model.__name__)
def test_a_model_of_input_has_bounds(model: type[Strict]) -> None:
    faults = fields_without_bounds(model.__pydantic_core_schema__)
    assert [fault for fault in faults if fault.split(":")[0] not in SECRETS] == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id or route.name)
def test_a_parameter_has_bounds(route: APIRoute) -> None:
    faults = [
        f"{parameter.name}{fault}"
        for parameter in get_flat_params(route.dependant)
        for fault in fields_without_bounds(parameter._type_adapter.core_schema)
    ]
    assert faults == []
