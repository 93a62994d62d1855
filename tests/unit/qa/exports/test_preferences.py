"""Pairs and rankings as preferences: every order of two candidates, and no other."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.qa.exports.casekit import drawn_rows
from unit.qa.exports.exportkit import export, read_lines, write_version


@pytest.mark.parametrize("kind", ["pair", "ranking"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_preferences_hold_every_order_of_two_candidates(kind: str, data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, kind)
    with TemporaryDirectory() as place:
        source, output = write_version(Path(place) / "v", schema, rows), Path(place) / "out"
        export(source, "preferences", output)
        lines = read_lines(output / "train.jsonl") if (output / "train.jsonl").exists() else []
    expected = set()
    for row in rows:
        answer = row["answer"]
        names = [item["id"] for item in row["content"]["candidates"]]
        order = answer.get("order")
        if order is None and answer["choice"] is not None:
            order = [[answer["choice"]], [name for name in names if name != answer["choice"]]]
        for index, group in enumerate(order or []):
            expected |= {
                (row["sample_id"], one, other)
                for one in group
                for rest in order[index + 1 :]
                for other in rest
            }
    assert {(line["sample_id"], line["chosen_id"], line["rejected_id"]) for line in lines} == expected
    contents = {row["sample_id"]: row["content"] for row in rows}
    for line in lines:
        content = contents[line["sample_id"]]
        texts = {item["id"]: item["text"] for item in content["candidates"]}
        assert line["prompt"] == content["prompt"]
        assert line["chosen"] == texts[line["chosen_id"]]
        assert line["rejected"] == texts[line["rejected_id"]]
