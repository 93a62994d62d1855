"""Spans come back from the tags of tokens."""

import re
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from unit.qa.exports.casekit import drawn_rows
from unit.qa.exports.exportkit import Row, export, write_version


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_spans_come_back_from_tags_of_tokens(data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, "spans")
    with TemporaryDirectory() as place:
        source, output = write_version(Path(place) / "v", schema, rows), Path(place) / "out"
        report = export(source, "conll", output)
        blocks = (output / "train.conll").read_text("utf-8").split("\n\n")[:-1] if report["rows"] else []
    held = [row for row in rows if is_taggable(row)]
    assert report["rows"] == len(held)
    reasons = {loss["reason"] for loss in report["left_out"]}
    assert reasons <= {"overlapping_spans", "span_without_token", "text_without_token"}
    for row, block in zip(held, blocks, strict=True):
        expected = sorted(
            (plain_name(span["label"]), *trimmed(row["text"], span["start"], span["end"]))
            for span in row["answer"]["spans"]
        )
        assert sorted(tagged_spans(row["text"], block)) == expected


def is_taggable(row: Row) -> bool:
    spans = sorted(row["answer"]["spans"], key=lambda span: span["start"])
    apart = all(one["end"] <= other["start"] for one, other in pairwise(spans))
    return apart and bool(row["text"].strip()) and all(span["text"].strip() for span in spans)


def plain_name(label: str) -> str:
    return re.sub(r"\s+", "_", label)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the blanks at its ends, which tokens do not have."""
    covered = text[start:end]
    return start + len(covered) - len(covered.lstrip()), end - len(covered) + len(covered.rstrip())


def tagged_spans(text: str, block: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    position = 0
    for line in block.split("\n"):
        token, tag = line.split("\t")
        start = text.index(token, position)
        position = start + len(token)
        if tag.startswith("B-"):
            found.append((tag[2:], start, position))
        elif tag.startswith("I-"):
            label, first, _ = found.pop()
            assert label == tag[2:]
            found.append((label, first, position))
    return found
