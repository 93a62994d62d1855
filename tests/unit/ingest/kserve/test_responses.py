"""What model servers answer, and what no label can be read from."""

from typing import Any

import pytest

from shoal_ingest.domain.kserve import (
    Answer,
    BadPayload,
    Request,
    parse_body,
    read_request,
    read_response,
)

ONE, TWO = Request(["text"]), Request(["text", "text"])
TOPS = [{"label": "pos", "score": 0.91}, {"label": "neg", "score": 0.09}]
BOTH = Answer("pos", {"pos": 0.91, "neg": 0.09})


def output(datatype: str, data: Any, name: str = "output-0", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": data, **more}


def answers(payload: Any, request: Request = ONE) -> list[Any]:
    return list(read_response(payload, request).answers)


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        ("earn", Answer("earn")),
        (3, Answer("3")),
        (1.0, Answer("1")),
        (-1, Answer("-1")),
        (True, Answer("true")),
        ([1], Answer("1")),
        ([0.2, 0.8], Answer("1", {"0": 0.2, "1": 0.8})),
        ([0.93], Answer(None, {"0": 0.07, "1": 0.93})),
        (0.07, Answer(None, {"0": 0.93, "1": 0.07})),
        ([0.5, 0.5], Answer(None, {"0": 0.5, "1": 0.5})),
        ({"0": 0.3876, "1": 0.6124}, Answer("1", {"0": 0.3876, "1": 0.6124})),
        ({"0": -2.5, "1": 1.5}, Answer("1", {"0": -2.5, "1": 1.5})),
        ({"pos": 0.9, "neg": 0.05}, Answer("pos", {"pos": 0.9, "neg": 0.05})),
        ({"toxic": 0.03}, Answer(None, {"toxic": 0.03})),
        ({"toxic": 0.9, "insult": 0.8}, Answer(None, {"toxic": 0.9, "insult": 0.8})),
        ({"label": "earn", "score": 0.9}, Answer("earn", {"earn": 0.9})),
        ({"scores": {"earn": 0.1, "acq": 0.9}}, Answer("acq", {"earn": 0.1, "acq": 0.9})),
        ({"sequence": "t", "labels": ["a", "b"], "scores": [0.7, 0.3]}, Answer("a", {"a": 0.7, "b": 0.3})),
        ({"label": "a", "scores": {"a": 0.1, "b": 0.9}}, Answer("a", {"a": 0.1, "b": 0.9})),
        ({"label": 1, "probabilities": [0.4, 0.6]}, Answer("1", {"0": 0.4, "1": 0.6})),
        ({"label": 2, "probabilities": [0.4, 0.6]}, Answer("2")),
        ({"label": "pos", "probabilities": [0.4, 0.6]}, Answer("pos")),
        (
            {"class_ids": [1], "classes": ["1"], "probabilities": [0.4, 0.6]},
            Answer("1", {"0": 0.4, "1": 0.6}),
        ),
        (TOPS, BOTH),
        ([TOPS], BOTH),
        ([TOPS[0]], Answer("pos", {"pos": 0.91})),
    ],
)
def test_predictions_of_v1(prediction: Any, expected: Answer) -> None:
    assert answers({"predictions": [prediction]}) == [expected]


@pytest.mark.parametrize(
    ("tensors", "expected"),
    [
        ([output("BYTES", ["pos"])], Answer("pos")),
        ([output("INT64", [1])], Answer("1")),
        ([output("UINT8", [0], shape=[1, 1])], Answer("0")),
        ([output("BOOL", [True])], Answer("true")),
        ([output("BOOL", [0])], Answer("false")),
        ([output("FP64", [2.0], "predict", shape=[1, 1])], Answer("2")),
        ([output("FP32", [0.93], shape=[1, 1])], Answer(None, {"0": 0.07, "1": 0.93})),
        ([output("FP32", [0.2, 0.8], shape=[1, 2])], Answer("1", {"0": 0.2, "1": 0.8})),
        ([output("FP32", [0.2, 0.8], shape=[2])], Answer("1", {"0": 0.2, "1": 0.8})),
        ([output("FP32", [-2.0, 3.5], "logits", shape=[1, 2])], Answer("1", {"0": -2.0, "1": 3.5})),
        (
            [output("FP32", [0.2, 0.8], shape=[1, 2], parameters={"labels": ["a", "b"]})],
            Answer("b", {"a": 0.2, "b": 0.8}),
        ),
        ([output("BYTES", ["{0: 0.3876, 1: 0.6124}"])], Answer("1", {"0": 0.3876, "1": 0.6124})),
        ([output("BYTES", ['{"label": "pos", "score": 0.9}'])], Answer("pos", {"pos": 0.9})),
        (
            [
                output(
                    "BYTES",
                    ['{"label": "pos", "score": 0.9}'],
                    shape=[30, 1],  # MLServer's own shape: the length of the text
                    parameters={"content_type": "hg_json"},
                )
            ],
            Answer("pos", {"pos": 0.9}),
        ),
        (
            [
                output(
                    "BYTES",
                    ['[{"label": "pos", "score": 0.91}, {"label": "neg", "score": 0.09}]'],
                    shape=[1, 1],
                    parameters={"content_type": "hg_jsonlist"},
                )
            ],
            BOTH,
        ),
        ([output("BYTES", ["pos"], "label"), output("FP32", [0.8], "score")], Answer("pos", {"pos": 0.8})),
        ([output("FP32", [0.8], "score"), output("BYTES", ["pos"], "label")], Answer("pos", {"pos": 0.8})),
        ([output("INT64", [0], "label"), output("FP32", [0.07], "probability")], Answer("0")),
        (
            [
                output("INT64", [1], "predict", shape=[1, 1]),
                output("FP64", [0.2, 0.8], "predict_proba", shape=[1, 2]),
            ],
            Answer("1", {"0": 0.2, "1": 0.8}),
        ),
        (
            [
                output("INT64", [2], "predict", shape=[1, 1]),  # classes 1 and 2, in columns 0 and 1
                output("FP64", [0.2, 0.8], "predict_proba", shape=[1, 2]),
            ],
            Answer("2"),
        ),
        ([output("INT64", [7], "class_id"), output("BYTES", ["pos"], "class_name")], Answer("pos")),
        ([output("BYTES", ["t-77"], "request_id"), output("INT64", [1], "label")], Answer("1")),
        (
            [
                output("BYTES", ["pos", "neg"], "labels", shape=[1, 2]),
                output("FP32", [0.91, 0.09], "scores", shape=[1, 2]),
            ],
            BOTH,
        ),
        ([{"name": "predict", "shape": [], "datatype": "INT64", "data": 2}], Answer("2")),
    ],
)
def test_outputs_of_v2(tensors: list[Any], expected: Answer) -> None:
    assert answers({"model_name": "clf", "outputs": tensors}) == [expected]


def test_torchserve_answers_each_instance_in_its_own_tensor() -> None:
    tensors = [{"name": "predict", "shape": [], "datatype": "BYTES", "data": label} for label in ("a", "b")]
    assert answers({"outputs": tensors}, TWO) == [Answer("a"), Answer("b")]


def test_triton_ranks_classes_if_the_request_asks_for_it() -> None:
    outputs = [{"name": "out", "parameters": {"classification": 2}}]
    inputs = [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["text"]}]
    ranked = output("BYTES", ["0.91:1:pos", "0.09:0:neg"], shape=[1, 2])
    assert answers({"outputs": [ranked]}, read_request({"inputs": inputs, "outputs": outputs})) == [BOTH]
    clock = {"outputs": [output("BYTES", ["12:30"])]}
    assert answers(clock, read_request({"inputs": inputs})) == [Answer("12:30")]


def test_a_pipeline_answers_a_single_text_without_a_list_around_its_labels() -> None:
    assert answers({"predictions": TOPS}) == [BOTH]
    assert answers({"predictions": TOPS}, TWO) == [Answer("pos", {"pos": 0.91}), Answer("neg", {"neg": 0.09})]


def test_binary_tensors_of_a_response() -> None:
    head = (
        b'{"outputs": [{"name": "label", "shape": [2], "datatype": "INT64", "parameters": '
        b'{"binary_data_size": 16}}]}'
    )
    body = head + (3).to_bytes(8, "little") + (0).to_bytes(8, "little")
    assert answers(parse_body(body, "response"), TWO) == [Answer("3"), Answer("0")]


def test_the_model_s_name_and_version() -> None:
    response = read_response({"model_name": "m", "model_version": 3, "predictions": ["a"]}, ONE)
    assert (response.model, response.version) == ("m", "3")
    response = read_response({"model_name": "a\x00", "model_version": [], "predictions": ["a"]}, ONE)
    assert (response.model, response.version) == (None, "")


@pytest.mark.parametrize(
    ("prediction", "named"),
    [
        (None, "null"),
        ("", "is empty"),
        ("a\x00", "NUL"),
        ("\udfff", "surrogate"),
        ("x" * 201, "201 characters"),
        (10**30, "too large"),
        (10**400, "too large"),
        ("{0: 1+2j}", "'0'"),
        ("{" + "[" * 19_000, "answer JSON"),
        (23.4, "23.4"),
        (-0.1, "-0.1"),
        (float("nan"), "not finite"),
        ([], "0 values"),
        (["pos", "neg"], "2 values"),
        ([0, 1, 0], "list of integers"),
        ([0.1] * 384, "no probabilities"),
        ([-1.2, 3.4], "no probabilities"),
        ([0.9, 0.8, 0.1], "no probabilities"),
        ([float("nan"), 1.0], "not finite"),
        ([[[[[["deep"]]]]]], "nested too deeply"),
        ({}, "no field"),
        ({"score": 0.9}, "'score'"),
        ({"latency": 0.2, "pos": 0.9}, "'latency'"),
        ({"mpg": 23.4}, "'mpg'"),
        ({"generated_text": "Hello"}, "'generated_text'"),
        ({"label": "pos", "score": float("inf")}, "not finite"),
        ({"label": "pos", "score": "high"}, "not a number"),
        ({"label": "pos", "prediction": "neg"}, "two labels"),
        ({"labels": ["a", "b"]}, "2 labels"),
        ({"labels": ["a", "b"], "scores": [0.5]}, "1 scores for 2 labels"),
        ([TOPS[0], TOPS[0]], "twice"),
        ("{broken", "answer JSON"),
    ],
)
def test_a_prediction_without_a_certain_label_is_refused_and_costs_no_other(
    prediction: Any, named: str
) -> None:
    good, bad = answers({"predictions": ["good", prediction]}, TWO)
    assert good == Answer("good")
    assert isinstance(bad, BadPayload), bad
    assert named in str(bad)
    assert "predictions[1]" in str(bad)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        (None, "predictions"),
        ({}, "predictions"),
        ({"error": "CUDA out of memory"}, "CUDA out of memory"),
        ({"predictions": []}, "1 instances in the request, 0 in the response"),
        ({"predictions": ["a", "b"]}, "1 instances in the request, 2 in the response"),
        ({"outputs": []}, "empty"),
        ({"outputs": [output("COMPLEX", [1])]}, "datatype is none of V2"),
        ({"outputs": [output("INT64", [1, 2])]}, "1 instances in the request, 2 in the response"),
        ({"outputs": [output("FP32", [1.0, 2.0, 3.0], shape=[2, 2])]}, "3 values for shape [2, 2]"),
        ({"outputs": [output("FP32", [0.1] * 8, shape=[1, 2, 4])]}, "one row for each instance"),
        ({"outputs": [output("BYTES", ["a"], "x"), output("BYTES", ["b"], "y")]}, "not clear"),
        ({"outputs": [output("FP32", [0.1], "x"), output("FP32", [0.2], "y")]}, "not clear"),
        ({"outputs": [output("BYTES", ["Hello"], "generated_text")]}, "no tensor of labels"),
        ({"outputs": [output("BYTES", ["a"]), output("FP32", [0.5, 0.5], "score")]}, "1 labels and 2 rows"),
        ({"outputs": [{"name": "x", "datatype": "FP32", "shape": ["n"], "data": [1]}]}, "shape"),
    ],
)
def test_responses_that_are_refused_as_a_whole(payload: Any, named: str) -> None:
    with pytest.raises(BadPayload) as refused:
        answers(payload)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "tensors",
    [
        [output("FP32", [0.3] * 384, "sentence_embedding", shape=[1, 384])],
        [output("FP32", [-1.0, 2.0], "output__0", shape=[1, 2])],
        [output("INT64", [0, 3, 0], "output-0", shape=[1, 3])],
        [output("BYTES", [""], "label")],
        [output("BYTES", ["no json"], "output", parameters={"content_type": "hg_json"})],
    ],
)
def test_tensors_without_a_certain_label_are_refused(tensors: list[Any]) -> None:
    (answer,) = answers({"outputs": tensors})
    assert isinstance(answer, BadPayload)
