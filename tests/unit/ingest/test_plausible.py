"""Data that show nothing, and predictions that name what their datum does not have."""

import json
from typing import Any

import pytest

from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body
from shoal_ingest.usecases.plausible import datum_fault, prediction_fault

TWO = [{"id": "a", "text": "Much."}, {"id": "b", "text": ""}]
EMOJI = "\U0001f33e wheat"  # 7 code points, 8 UTF-16 units, 10 bytes


def fault_of(fields: dict[str, Any], prediction: dict[str, Any] | None = None) -> Fault | None:
    more = {} if prediction is None else {"prediction": {"model": "m", **prediction}}
    (item,) = parse_body(json.dumps({"project": "news", "source_id": "1", **fields, **more}).encode())
    assert isinstance(item, Inference), item
    return datum_fault(item, item.datum()) or prediction_fault(item, item.datum())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n\t\u00a0\u3000"}, "text"),
        ({"text": "\u200b\ufeff"}, "text"),
        ({"content": {"text": " ", "uri": "s3://b/a"}}, "content.text"),
        ({"content": {"uri": ""}}, "content.uri"),
        ({"image": {"uri": " "}}, "image.uri"),
        ({"turns": [{"role": "user", "text": ""}, {"role": "assistant", "text": " "}]}, "turns"),
        ({"prompt": "?", "candidates": [{**item, "text": ""} for item in TWO]}, "candidates"),
    ],
)
def test_a_datum_that_shows_nothing_is_refused_with_its_field(fields: dict[str, Any], field: str) -> None:
    fault = fault_of(fields)
    assert fault is not None
    assert (fault.reason, fault.field) == ("invalid", field)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "\U0001f44d"},
        {"turns": [{"role": "user", "text": "?"}, {"role": "assistant", "text": ""}]},
        {"prompt": "", "candidates": TWO},
        {"image": {"uri": f"media:{'0' * 64}"}},
    ],
)
def test_what_shows_something_is_not(fields: dict[str, Any]) -> None:
    assert fault_of(fields) is None


@pytest.mark.parametrize(
    ("fields", "prediction", "field"),
    [
        ({"text": EMOJI}, {"spans": [{"label": "x", "start": 2, "end": 8}]}, "prediction.spans[0].end"),
        (
            {"turns": [{"role": "user", "text": "ab"}]},
            {"spans": [{"label": "x", "start": 0, "end": 8}, {"label": "x", "start": 0, "end": 9}]},
            "prediction.spans[1].end",
        ),
        (
            {"prompt": "?", "candidates": TWO},
            {"candidate_scores": {"a": 1, "A": 2}},
            "prediction.candidate_scores",
        ),
        ({"text": "x"}, {"number": {"value": 1, "low": 2, "high": 1}}, "prediction.number.low"),
    ],
)
def test_a_prediction_about_something_else_is_refused(
    fields: dict[str, Any], prediction: dict[str, Any], field: str
) -> None:
    fault = fault_of(fields, prediction)
    assert fault is not None
    assert fault.field == field


@pytest.mark.parametrize(
    ("fields", "prediction"),
    [
        ({"text": EMOJI}, {"spans": [{"label": "x", "start": 2, "end": 7}]}),
        ({"content": {"uri": "s3://b/a.txt"}}, {"spans": [{"label": "x", "start": 2, "end": 99}]}),
        ({"prompt": "?", "candidates": TWO}, {"candidate_scores": {"a": 1}}),
        ({"text": "x"}, {"number": {"value": 9, "low": 2, "high": 2}}),
    ],
)
def test_a_prediction_that_fits_its_datum_is_accepted(
    fields: dict[str, Any], prediction: dict[str, Any]
) -> None:
    assert fault_of(fields, prediction) is None
