"""Whatever labels and scores a server has, its answer gives the label that the server meant."""

import json
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_ingest.domain.kserve import BadPayload, Request, parse_body, read_request, read_response

Server = Callable[[list[str], list[list[float]]], tuple[Any, bool]]
"""Labels of the classes, and rows of probabilities -> a body, and whether classes have only an index."""


def _best(rows: list[list[float]]) -> list[int]:
    return [int(np.argmax(row)) for row in rows]


def _v2(*outputs: dict[str, Any]) -> Any:
    return {"model_name": "clf", "model_version": "1", "outputs": list(outputs)}


def _entries(labels: list[str], row: list[float]) -> list[dict[str, Any]]:
    ranked = sorted(zip(labels, row, strict=True), key=lambda entry: -entry[1])
    return [{"label": label, "score": score} for label, score in ranked]


def kserve_index_v1(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": _best(rows)}, True


def kserve_index_v2(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    output = {"name": "output-0", "shape": [len(rows)], "datatype": "INT64", "data": _best(rows)}
    return _v2(output), True


def kserve_probabilities_v1(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [{str(i): float(f"{p:.4f}") for i, p in enumerate(row)} for row in rows]}, True


def kserve_probabilities_v2(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    data = [str({i: float(f"{p:.4f}") for i, p in enumerate(row)}) for row in rows]
    return _v2({"name": "output-0", "shape": [len(rows)], "datatype": "BYTES", "data": data}), True


def kserve_raw_logits(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    logits = [{str(i): float(np.log(p)) for i, p in enumerate(row)} for row in rows]
    return {"predictions": logits}, True


def pipeline(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [_entries(labels, row)[0] for row in rows]}, False


def pipeline_top_k(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [_entries(labels, row) for row in rows]}, False


def mlserver_hg_jsonlist(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    data = [json.dumps(_entries(labels, row)) for row in rows]
    return _v2(
        {
            "name": "output",
            "shape": [len(rows), 1],
            "datatype": "BYTES",
            "parameters": {"content_type": "hg_jsonlist"},
            "data": data,
        }
    ), False


def mlserver_sklearn(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    flat = [score for row in rows for score in row]
    shape = [len(rows), len(labels)]
    return _v2(
        {"name": "predict", "shape": [len(rows), 1], "datatype": "INT64", "data": _best(rows)},
        {"name": "predict_proba", "shape": shape, "datatype": "FP64", "data": flat},
    ), True


def sklearn_names(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [labels[index] for index in _best(rows)]}, False


def xgboost_floats(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [float(index) for index in _best(rows)]}, True


def tensorflow(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": rows}, True


def torchserve_names(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return {"predictions": [dict(zip(labels, row, strict=True)) for row in rows]}, False


def torchserve_v2(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return _v2(
        *({"name": "predict", "shape": [], "datatype": "INT64", "data": index} for index in _best(rows))
    ), True


def triton_label_and_score(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    return _v2(
        {"name": "score", "shape": [len(rows)], "datatype": "FP32", "data": [max(row) for row in rows]},
        {
            "name": "label",
            "shape": [len(rows)],
            "datatype": "BYTES",
            "data": [labels[index] for index in _best(rows)],
        },
    ), False


def triton_binary(labels: list[str], rows: list[list[float]]) -> tuple[Any, bool]:
    names = [labels[index].encode() for index in _best(rows)]
    data = b"".join(struct.pack("<I", len(name)) + name for name in names)
    parameters = {"binary_data_size": len(data)}
    output = {"name": "label", "shape": [len(rows), 1], "datatype": "BYTES", "parameters": parameters}
    return json.dumps(_v2(output)).encode() + data, False


SERVERS = (
    kserve_index_v1,
    kserve_index_v2,
    kserve_probabilities_v1,
    kserve_probabilities_v2,
    kserve_raw_logits,
    pipeline,
    pipeline_top_k,
    mlserver_hg_jsonlist,
    mlserver_sklearn,
    sklearn_names,
    xgboost_floats,
    tensorflow,
    torchserve_names,
    torchserve_v2,
    triton_label_and_score,
    triton_binary,
)

names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12).map(
    lambda name: f"class {name}"
)


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[str], list[list[float]]]:
    """Return labels and rows of probabilities, whose highest is clear after rounding to four digits."""
    labels = draw(st.lists(names, min_size=2, max_size=6, unique=True))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        weights = draw(st.lists(st.integers(1, 100), min_size=len(labels), max_size=len(labels), unique=True))
        rows.append([weight / sum(weights) for weight in weights])
    return labels, rows


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.__name__)
@settings(max_examples=60, deadline=None)
@given(case=answered())
def test_the_label_is_the_one_that_the_server_meant(
    server: Server, case: tuple[list[str], list[list[float]]]
) -> None:
    labels, rows = case
    body, by_index = server(labels, rows)
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = read_response(parse_body(body, "response"), Request(["text"] * len(rows)))
    meant = [str(index) if by_index else labels[index] for index in _best(rows)]
    assert [getattr(answer, "label", answer) for answer in response.answers] == meant


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["label", "score", "scores", "labels", "data", "shape", "name", "datatype", "0"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(predictions=st.lists(anything, max_size=4), outputs=st.lists(anything, max_size=4))
def test_anything_else_is_an_answer_or_a_refusal(predictions: list[Any], outputs: list[Any]) -> None:
    for payload in ({"predictions": predictions}, {"outputs": outputs}, predictions):
        with suppress(BadPayload):
            read_response(payload, Request(["text"] * len(predictions)))
    for payload in ({"instances": predictions}, {"inputs": outputs}, {"inputs": predictions}):
        with suppress(BadPayload):
            read_request(payload)
