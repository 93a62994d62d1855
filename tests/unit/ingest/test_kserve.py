"""Payloads of KServe's two protocols."""

from typing import Any

import pytest

from shoal_ingest.domain.kserve import Answer, BadPayload, request_texts, response_answers


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"instances": ["a", "b"]}, ["a", "b"]),
        ({"instances": [{"text": "a"}, {"input": "b"}]}, ["a", "b"]),
        ({"inputs": [{"name": "t", "datatype": "BYTES", "shape": [2], "data": ["a", "b"]}]}, ["a", "b"]),
        (
            {
                "inputs": [
                    {"name": "n", "datatype": "FP32", "data": [1]},
                    {"datatype": "BYTES", "data": [["a"]]},
                ]
            },
            ["a"],
        ),
    ],
)
def test_texts_of_a_request(payload: Any, expected: list[str]) -> None:
    assert request_texts(payload) == expected


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ([], "instances"),
        ({}, "instances"),
        ({"instances": [1.0]}, "instances[0]"),
        ({"inputs": [{"datatype": "FP32", "data": [1]}]}, "BYTES"),
        ({"inputs": [{"datatype": "BYTES", "data": [1]}]}, "inputs[0].data"),
    ],
)
def test_requests_without_texts(payload: Any, named: str) -> None:
    with pytest.raises(BadPayload, match=named.replace("[", r"\[").replace("]", r"\]")):
        request_texts(payload)


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        ("earn", Answer("earn")),
        (3, Answer("3")),
        ([0.2, 0.8], Answer("1", {"0": 0.2, "1": 0.8})),
        ({"label": "earn", "score": 0.9}, Answer("earn", {"earn": 0.9})),
        ({"scores": {"earn": 0.1, "acq": 0.9}}, Answer("acq", {"earn": 0.1, "acq": 0.9})),
        ({"labels": ["a", "b"], "scores": [0.7, 0.3]}, Answer("a", {"a": 0.7, "b": 0.3})),
    ],
)
def test_predictions(prediction: Any, expected: Answer) -> None:
    assert response_answers({"predictions": [prediction]}).answers == [expected]


def test_open_inference_protocol_scores_with_the_model_s_name() -> None:
    tensor = {
        "datatype": "FP32",
        "shape": [2, 2],
        "data": [0.9, 0.1, 0.2, 0.8],
        "parameters": {"labels": ["a", "b"]},
    }
    response = response_answers({"model_name": "topics", "model_version": "3", "outputs": [tensor]})
    assert (response.model, response.version) == ("topics", "3")
    assert [answer.label for answer in response.answers] == ["a", "b"]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"predictions": [None]},
        {"predictions": [["x"]]},
        {"predictions": [{}]},
        {"outputs": [{"datatype": "FP32", "shape": [2, 2], "data": [1.0, 2.0, 3.0]}]},
    ],
)
def test_responses_without_predictions(payload: Any) -> None:
    with pytest.raises(BadPayload):
        response_answers(payload)
