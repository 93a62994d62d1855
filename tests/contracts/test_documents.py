"""Pages made from code are current, and their examples work."""

import json
from pathlib import Path
from typing import Any

import pytest

from shoal.catalog.documents import INPUTS, SETTINGS, load_registered, render_pages
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import parse_body

DOCS = Path(__file__).parents[2] / "docs"
REQUIRED = {"project": "newsdesk", "source_id": "8841"}


@pytest.mark.parametrize("name", list(render_pages()))
def test_a_page_is_as_the_code_has_it(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == render_pages()[name], "run make docs"


def test_every_service_and_the_inference_are_registered() -> None:
    assert set(load_registered(SETTINGS)) == {
        "embedder",
        "ingest",
        "kafka",
        "labeling-gateway",
        "qa",
        "sampler",
    }
    assert load_registered(INPUTS) == {"inference": Inference}


@pytest.mark.parametrize("name", list(load_registered(SETTINGS)))
def test_every_setting_is_described(name: str) -> None:
    bare = [
        name for name, field in load_registered(SETTINGS)[name].model_fields.items() if not field.description
    ]
    assert bare == []


def optional_fields() -> dict[str, Any]:
    fields = Inference.model_json_schema()["properties"]
    return {name: value for name, value in fields.items() if name not in REQUIRED}


@pytest.mark.parametrize("name", list(optional_fields()))
def test_every_optional_field_of_an_inference_has_an_example_that_is_accepted(name: str) -> None:
    (example, *_) = optional_fields()[name]["examples"]
    text = {"text": "Wheat exports fell."}
    candidates = [{"id": "a", "text": "Much."}, {"id": "b", "text": "Little."}]
    datum = {
        "text": {},
        "content": {},
        "image": {},
        "turns": {},
        "prompt": {"candidates": candidates},
        "candidates": {"prompt": "How much?"},
    }.get(name, text)
    (item,) = parse_body(json.dumps({**REQUIRED, **datum, name: example}).encode())
    assert isinstance(item, Inference), item
