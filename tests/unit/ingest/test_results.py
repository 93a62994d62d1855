"""The answer to inferences stays small, whatever was sent."""

import orjson
import pytest

from shoal_ingest.http.results import MOST_DETAIL, answer_results
from shoal_ingest.usecases.accept import Accepted
from shoal_ingest.usecases.bodies.items import MOST_ITEMS, Fault, TooManyItems, parse_body

LINES = [b"x", b"{}", b'{"a": 1}', b'"', b'{"source_id": []}']


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("form", ["lines", "array"])
def test_a_request_of_too_many_inferences_is_refused_whole(line: bytes, form: str) -> None:
    count = MOST_ITEMS + 1
    good = b"0" if form == "array" and line in (b"x", b'"') else line
    body = b"\n".join([line] * count) if form == "lines" else b"[" + b",".join([good] * count) + b"]"
    with pytest.raises(TooManyItems):
        parse_body(body)


def test_blank_lines_are_no_way_around_the_limit() -> None:
    with pytest.raises(TooManyItems):
        parse_body(b"{}" + b"\n" * 1_000_000 + b"{}")


def test_an_object_on_more_lines_than_that_is_one_inference() -> None:
    scores = b",\n".join(b'"c%d": 0.0' % number for number in range(MOST_ITEMS + 5))
    body = (
        b'{"project": "news", "source_id": "1", "text": "a",\n"prediction": {"model": "m", "scores": {'
        + scores
    )
    assert len(parse_body(body + b"}}}")) == 1


def test_a_full_request_of_bad_lines_has_a_bounded_answer() -> None:
    results = parse_body(b"\n".join([b'{"' + b"a" * 300 + b'": 0}'] * MOST_ITEMS))
    faults = [result for result in results if isinstance(result, Fault)]
    assert len(faults) == MOST_ITEMS
    answer = answer_results(faults)
    body = orjson.loads(answer.body)
    assert len(answer.body) < MOST_DETAIL + MOST_ITEMS * 400
    assert body["rejected"] == len(body["results"]) == MOST_ITEMS
    assert body["shortened"] == sum(result["detail"] == "" for result in body["results"]) > 9000
    assert body["results"][0]["fix"]


def test_accepted_inferences_keep_their_results_after_many_bad_ones() -> None:
    fault = Fault("invalid", "text", "x" * 1000, "y")
    body = orjson.loads(answer_results([*[fault] * 1000, Accepted("news", "s1")]).body)
    assert body["results"][-1] == {"index": 1000, "status": "accepted", "sample_id": "s1", "new": True}
    assert (body["accepted"], body["rejected"]) == (1, 1000)
