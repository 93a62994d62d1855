"""The texts of requests, as clients of KServe, MLServer, Triton and TensorFlow Serving write them."""

import base64
import gzip
import json
import struct
from typing import Any

import pytest

from shoal_ingest.domain.kserve import MOST_INSTANCES, BadPayload, parse_body, read_request


def tensor(data: Any, name: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": [len(data)], "datatype": "BYTES", "data": data, **more}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"instances": ["a", "b"]}, ["a", "b"]),
        ({"inputs": ["a", "b"]}, ["a", "b"]),  # KServe's Hugging Face server reads both
        ({"instances": [{"text": "a"}, {"input": "b"}]}, ["a", "b"]),
        ({"instances": [["a"]]}, ["a"]),
        ({"instances": [["a", "b"]]}, ["a\n\nb"]),
        ({"instances": [{"text": "a", "text_pair": "b"}]}, ["a\n\nb"]),
        ({"instances": [{"hypothesis": "b", "premise": "a"}]}, ["a\n\nb"]),
        ({"instances": [{"ticket_id": "77", "text": "a", "customer": "Acme"}]}, ["a"]),
        ({"instances": [{"b64": b64("ä")}, {"text": {"b64": b64("b")}}]}, ["ä", "b"]),
        ({"inputs": [tensor(["a", "b"])]}, ["a", "b"]),
        ({"inputs": [tensor(["a"], "INPUT__0", shape=[-1])]}, ["a"]),
        ({"inputs": [tensor([["a"], ["b"]], shape=[2, 1])]}, ["a", "b"]),
        ({"inputs": [tensor(["77"], "ticket_id"), tensor(["a"])]}, ["a"]),
        ({"inputs": [tensor(["a"], "premise"), tensor(["b"], "hypothesis")]}, ["a\n\nb"]),
        ({"inputs": [{"name": "n", "shape": [1], "datatype": "FP32", "data": [1]}, tensor(["a"])]}, ["a"]),
        (
            {
                "inputs": [
                    tensor(["a"], "args"),
                    tensor(["pos", "neg"], "candidate_labels"),
                    tensor(["5"], "top_k", parameters={"content_type": "hg_json"}),
                ]
            },
            ["a"],
        ),
        ({"inputs": [tensor([b64("a")], parameters={"content_type": "base64"})]}, ["a"]),
        ({"inputs": [tensor([b64("a")])], "parameters": {"content_type": "base64"}}, ["a"]),
    ],
)
def test_texts_of_a_request(payload: Any, expected: list[str]) -> None:
    assert read_request(payload).texts == expected


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ([], "instances"),
        ({}, "instances"),
        ({"instances": []}, "0 instances"),
        ({"instances": ["a"] * (MOST_INSTANCES + 1)}, "instances"),
        ({"inputs": [{"name": "x", "shape": [1], "datatype": "FP32", "data": [1]}]}, "BYTES"),
        ({"inputs": [tensor(["77"], "ticket_id")]}, "'ticket_id'"),
        ({"inputs": [tensor(["a"], "title"), tensor(["b"], "review")]}, "'review'"),
        ({"inputs": [tensor(["a", "b"], shape=[1])]}, "inputs[0] has 2 values"),
        ({"inputs": [tensor(["a", "b"], shape=[1, 2])]}, "2 texts a row"),
        ({"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES"}]}, "no data"),
        ({"inputs": [1, {}]}, "inputs[0]"),
    ],
)
def test_requests_without_texts(payload: Any, named: str) -> None:
    with pytest.raises(BadPayload) as refused:
        read_request(payload)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("item", "named"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("\u200b\ufeff", "is empty"),
        ("a\x00b", "NUL"),
        ("a\ud800", "surrogate"),
        ("x" * 1_000_001, "1000001 characters"),
        (1.0, "neither a text"),
        (None, "neither a text"),
        ({"text": ""}, "text is empty"),
        ({"text": "a", "question": "b", "answer": "c"}, "'question'"),
        ({"text": "a", "title": "b", "summary": "c"}, "'summary'"),
        ({"ticket": "a"}, "'ticket'"),
        ({"b64": "_"}, "base64"),
        ({"b64": base64.b64encode(b"\xff\xd8\xff").decode()}, "base64 of UTF-8"),
        (["a", "b", "c"], "neither a text"),
    ],
)
def test_a_bad_instance_is_named_and_costs_no_other(item: Any, named: str) -> None:
    good, bad = read_request({"instances": ["good", item]}).texts
    assert good == "good"
    assert isinstance(bad, BadPayload)
    assert named in str(bad)
    assert "instances[1]" in str(bad)


def binary(*texts: bytes, size: int | None = None, tail: bytes = b"") -> bytes:
    data = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    entry = {
        "name": "text",
        "shape": [len(texts)],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(data) if size is None else size},
    }
    return json.dumps({"inputs": [entry]}).encode() + data + tail


@pytest.mark.parametrize(
    "body",
    [
        b'{"instances": ["a", "\xc3\xa4"]}',
        b'\xef\xbb\xbf{"instances": ["a", "\xc3\xa4"]}',
        gzip.compress(b'{"instances": ["a", "\xc3\xa4"]}'),
        binary(b"a", "ä".encode()),
        gzip.compress(binary(b"a", "ä".encode())),
    ],
)
def test_bodies_are_read_without_the_headers_that_describe_them(body: bytes) -> None:
    assert read_request(parse_body(body, "request")).texts == ["a", "ä"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "not JSON"),
        (b"text", "not JSON"),
        (b'{"instances": [' + b"[" * 5000 + b"]" * 5000 + b"]}", "nested too deeply"),
        (b'{"instances": [' + b"9" * 5000 + b"]}", "not JSON"),
        (b"\x1f\x8b garbage", "gzip"),
        (gzip.compress(b'{"instances": ["a"]}')[:-9], "ends too early"),
        (gzip.compress(b" " * (9 * 2**20)), "uncompressed"),
        (binary(b"\xff\xfe"), "UTF-8"),
        (binary(b"a", size=99), "binary_data_size is 99"),
        (binary(b"a", size=-1), "binary_data_size is -1"),
        (binary(b"a", size=3), "cut off"),
        (binary(b"a", tail=b"more"), "4 bytes follow"),
        (b'{"instances": [], "binary_data_size": 1} x', "no list inputs"),
    ],
)
def test_bodies_that_cannot_be_read(body: bytes, named: str) -> None:
    with pytest.raises(BadPayload) as refused:
        read_request(parse_body(body, "request"))
    assert named in str(refused.value)
