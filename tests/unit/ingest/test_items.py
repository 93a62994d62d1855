"""Bodies of the HTTP door: a bad line costs itself, and says which field is wrong."""

import json
from codecs import BOM_UTF8
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, NotJson, parse_body


def item(**changes: Any) -> dict[str, Any]:
    return {"project": "news", "source_id": "1", "text": "hello", **changes}


def line(**changes: Any) -> bytes:
    return json.dumps(item(**changes)).encode()


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (line(), 1),
        (json.dumps(item(), indent=2).encode(), 1),
        (b"[" + line() + b"," + line(source_id="2") + b"]", 2),
        (line() + b"\n\n" + line(source_id="2") + b"\r\n", 2),
        (BOM_UTF8 + line() + b"\n" + line(source_id="2"), 2),
        (line() + b"\r\n" + BOM_UTF8 + line(source_id="2"), 2),
        (BOM_UTF8 + b"[" + line() + b"]", 1),
        (BOM_UTF8 + json.dumps(item(), indent=2).encode(), 1),
    ],
    ids=lambda value: None if isinstance(value, int) else "",
)
def test_an_object_an_array_and_ndjson(body: bytes, count: int) -> None:
    results = parse_body(body)
    assert len(results) == count
    assert all(isinstance(result, Inference) for result in results)


@pytest.mark.parametrize("body", [b"", b"  \n", b"[{]", b'[{"project": "news"}', b"[" * 100_000])
def test_a_body_that_is_no_json_as_a_whole(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_body(body)


@pytest.mark.parametrize("end", [b",\n}", b"\n"], ids=["comma", "cut"])
def test_an_object_on_several_lines_is_one_bad_inference(end: bytes) -> None:
    body = json.dumps(item(), indent=2).encode().removesuffix(b"\n}") + end
    (bad,) = parse_body(body)
    assert isinstance(bad, Fault)
    assert bad.reason == "not_json"


@pytest.mark.parametrize(
    "changes",
    [
        {"group": "a\x00b"},
        {"tags": {"a": "b\x00"}},
        {"tags": {"\x00": "b"}},
        {"prediction": {"model": "m", "scores": {"a\x00": 0.5}}},
        {"text": None, "content": {"uri": "s3://a\x00"}},
    ],
    ids=str,
)
def test_a_nul_is_named_in_words(changes: dict[str, Any]) -> None:
    (bad,) = parse_body(line(**changes))
    assert isinstance(bad, Fault)
    assert "holds the character NUL" in bad.detail
    assert bad.fix == "Remove the character"


@pytest.mark.parametrize("year", ["0001", "1969", "2200", "9999"])
def test_a_time_that_no_store_holds_is_refused(year: str) -> None:
    (bad,) = parse_body(line(occurred_at=f"{year}-06-01T00:00:00Z"))
    assert isinstance(bad, Fault)
    assert bad.field == "occurred_at"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"project": "News!"}, "project"),
        ({"source_id": ""}, "source_id"),
        ({"txt": "misspelt"}, "txt"),
        ({"text": None}, "text"),
        ({"content": {"text": "twice"}}, "text"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "occurred_at"),
        ({"prediction": {"model": "m", "scores": {"a": float("nan")}}}, "prediction.scores.a"),
        ({"prediction": {"scores": {"a": 1}}}, "prediction.model"),
        ({"embedding": {"name": "e", "vector": [1.0, float("nan")]}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": []}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": [0.0, 0.0]}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": ["1"]}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": "###"}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": [1e300]}}, "embedding.vector"),
        ({"embedding": {"name": "e", "vector": [10**400]}}, "embedding.vector"),
    ],
)
@pytest.mark.parametrize("form", ["lines", "array"])
def test_a_fault_names_its_field_and_costs_no_neighbour(
    changes: dict[str, Any], field: str, form: str
) -> None:
    bodies = [line(), line(**changes), line(source_id="3")]
    body = b"\n".join(bodies) if form == "lines" else b"[" + b",".join(bodies) + b"]"
    first, bad, last = parse_body(body)
    assert isinstance(first, Inference)
    assert isinstance(last, Inference)
    assert isinstance(bad, Fault)
    assert bad.field == field
    assert bad.detail
    assert bad.fix


def test_a_line_with_two_objects_is_a_fault_and_shifts_no_other_line() -> None:
    two = line(source_id="2") + b"," + line(source_id="3")
    first, bad, last = parse_body(b"\n".join([line(source_id="1"), two, line(source_id="4")]))
    assert isinstance(bad, Fault)
    assert isinstance(first, Inference)
    assert isinstance(last, Inference)
    assert (first.source_id, last.source_id) == ("1", "4")


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_every_line_has_its_own_result_in_order(good: list[bool]) -> None:
    lines = [line(source_id=str(n)) if fine else b'{"broken' for n, fine in enumerate(good)]
    if not any(good):
        lines.append(line(source_id="last"))
        good = [*good, True]
    results = parse_body(b"\n".join(lines))
    assert [isinstance(result, Inference) for result in results] == good


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (b'{"project": "news", "source_id": "2", "text": "a\\ud800"}', "text"),
        (b'{"project": "news", "source_id": "\\udc00", "text": "a"}', "source_id"),
        (
            b'{"project": "news", "source_id": "2", "text": "a", "tags": ' + b"[" * 9000 + b"]" * 9000 + b"}",
            "tags",
        ),
        (
            b'{"project": "news", "source_id": "2", "text": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
            "text",
        ),
        (
            b'{"project": "news", "source_id": "2", "text": "a", "tags": {"n": ' + b"9" * 5000 + b"}}",
            "tags.n",
        ),
        (b'{"project": "news", "source_id": ' + b"9" * 5000 + b', "text": "a"}', "source_id"),
        (b"{'project': 'news'}", "body"),
        (b'{"project": "news", "source_id": "2", "text": "\xff"}', "body"),
        (b'{"project": "news", "source_id": "2", "text": "a",}', "body"),
        (b'{"project": "news" "source_id": "2"}', "body"),
    ],
    ids=["half", "other half", "lists", "objects", "number", "id", "quotes", "bytes", "comma", "no comma"],
)
@pytest.mark.parametrize("form", ["lines", "array"])
def test_an_item_that_is_no_strict_json_costs_itself(bad: bytes, field: str, form: str) -> None:
    bodies = [line(), bad, line(source_id="3")]
    body = b"\n".join(bodies) if form == "lines" else b"[" + b",".join(bodies) + b"]"
    first, fault, last = parse_body(body)
    assert isinstance(first, Inference)
    assert isinstance(last, Inference)
    assert isinstance(fault, Fault)
    assert fault.field == field
    assert "python" not in fault.detail.lower()
    assert "digit" not in fault.detail


def test_every_bad_line_is_refused_with_its_number() -> None:
    results = parse_body(b"{'a': 1}\n\nno json\n{'a': 3}")
    assert [result.detail.split(":")[0] for result in results if isinstance(result, Fault)] == [
        "line 1",
        "line 3",
        "line 4",
    ]


def test_an_indented_object_with_a_fault_is_one_refusal() -> None:
    (fault,) = parse_body(b'{\n  "project": "news",\n  oops\n}')
    assert isinstance(fault, Fault)
    assert fault.reason == "not_json"


@pytest.mark.parametrize("form", ["lines", "array", "joined"])
def test_a_byte_order_mark_is_no_part_of_the_json(form: str) -> None:
    mark = b"\xef\xbb\xbf"
    bodies = {
        "lines": mark + line() + b"\n" + line(source_id="2"),
        "array": mark + b"[" + line() + b"," + line(source_id="2") + b"]",
        "joined": mark + line() + b"\r\n" + mark + line(source_id="2"),
    }
    assert [type(result) for result in parse_body(bodies[form])] == [Inference, Inference]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named(encoding: str) -> None:
    with pytest.raises(NotJson, match="UTF-8"):
        parse_body(line().decode().encode(encoding))


def test_numbers_and_base64_are_the_same_vector() -> None:
    numbers, base64 = parse_body(
        line(embedding={"name": "e", "vector": [1.5, -2.0]})
        + b"\n"
        + line(embedding={"name": "e", "vector": "AADAPwAAAMA="})
    )
    assert isinstance(numbers, Inference)
    assert isinstance(base64, Inference)
    assert numbers.embedding is not None
    assert base64.embedding is not None
    assert numbers.embedding.vector == base64.embedding.vector
