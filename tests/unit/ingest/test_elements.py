"""Arrays are split before anything is validated, in linear time."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_ingest.usecases.bodies.elements import NotJson, _end_of_nested, has_many_names, split_array
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body

GOOD = b'{"project": "news", "source_id": "1", "text": "a"}'


@pytest.mark.parametrize(
    ("body", "elements"),
    [
        (b"[]", []),
        (b"[ ]", []),
        (b'[1, "a,]", {"b": [1]}\n]', [b"1", b'"a,]"', b'{"b": [1]}']),
        (b"[" + b"9" * 9000 + b", NaN]", [b"9" * 9000, b"NaN"]),
        (b'["\\ud800", "a\x00"]', [b'"\\ud800"', b'"a\x00"']),
        (b"[" + b"[" * 5000 + b"]" * 5000 + b",1]", [b"[" * 5000 + b"]" * 5000, b"1"]),
        (b'["\xff", 1]', [b'"\xff"', b"1"]),
        (b"[{'a': 1}, {b: [1]}, 2]", [b"{'a': 1}", b"{b: [1]}", b"2"]),
    ],
    ids=["empty", "space", "mixed", "numbers", "odd texts", "deep", "no UTF-8", "no JSON"],
)
def test_elements_are_the_text_of_the_body(body: bytes, elements: list[bytes]) -> None:
    assert split_array(body, 10) == elements


@pytest.mark.parametrize(
    "body", [b"[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1 2]", b"[1] 2", b"[tru]", b"[{'a']"]
)
def test_an_incomplete_array_is_no_json(body: bytes) -> None:
    with pytest.raises(NotJson):
        split_array(body, 10)


def test_no_more_elements_are_split_than_wanted() -> None:
    assert len(split_array(b"[" + b"0," * 1_000_000 + b"0]", 10)) == 10


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[" * 5000 + b'"' + b'\\"' * 500_000,
        b"[" + b"[" * 500_000,
        b'[{"' + b'\\"' * 200_000 + b":" * 40_000,
    ],
    ids=["escapes in depth", "depth", "escapes in an element"],
)
def test_hostile_arrays_take_linear_time(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(NotJson):
        split_array(body, 10)
    has_many_names(body)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "bad",
    [
        b"[" * 3000 + b"]" * 3000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"project": "news", "source_id": ' + b"9" * 9000 + b"}",
        b'"\x00"',
        b"NaN",
        b"{" + b",".join(b'"a%d":0' % number for number in range(40_000)) + b"}",
        b"{" + b",".join(b'"a%d":0' % number for number in range(2000)) + b"}",
        b'{"text": "' + b"x" * 3_000_000 + b'"}',
    ],
    ids=["lists", "objects", "number", "NUL", "NaN", "40,000 fields", "2,000 fields", "3 MB"],
)
def test_a_bad_element_costs_itself_and_little_time(bad: bytes) -> None:
    began = time.process_time()
    for body in (b"[" + GOOD + b"," + bad + b"," + GOOD + b"]", b"\n".join((GOOD, bad, GOOD))):
        first, refused, last = parse_body(body)
        assert isinstance(first, Inference)
        assert isinstance(last, Inference)
        assert isinstance(refused, Fault)
        assert len(refused.field) <= 200
        assert len(refused.detail) <= 2000
    assert time.process_time() - began < 5


JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(value=st.lists(JSON) | st.dictionaries(st.text(), JSON), rest=st.sampled_from(["", "]", ", 1]", "}}"]))
def test_an_element_ends_where_its_brackets_do(value: Any, rest: str) -> None:
    text = json.dumps(value)
    assert _end_of_nested(text + rest, 0) == len(text)


def test_many_deep_elements_take_little_time() -> None:
    began = time.process_time()
    results = parse_body(b"[" + b",".join([b"[" * 5000 + b"]" * 5000] * 300) + b"]")
    assert len(results) == 300
    assert time.process_time() - began < 5
