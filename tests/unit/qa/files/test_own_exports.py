"""What a dataset exports, the commands over files read as right answers."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shoal_qa.usecases.files.texts.written_answers import read_written
from unit.files.exports.exportskit import votes_in
from unit.qa.exports.answerskit import answer_of, has_tie
from unit.qa.exports.casekit import drawn_rows
from unit.qa.exports.exportkit import export, write_version

SHAPES = {
    "classes": "multi",
    "boxes": "boxes",
    "polygons": "polygons",
    "spans": "spans",
    "ranking": "ranking",
    "pair": "pair",
    "number": "number",
    "rating": "rating",
    "text": "text",
}
FILES = {"label-studio": "tasks.json", "coco": "annotations/instances_train.json"}
TASKS = {"label-studio": "sample_id", "coco": "sample_id"}
CASES = [(kind, "label-studio") for kind in SHAPES] + [(kind, "coco") for kind in ("boxes", "polygons")]


def content_of(answer: dict[str, Any], kind: str, name: str) -> Any:
    """Return an answer in the units of the export: percent in Label Studio, pixels in COCO."""
    across, down = (100, 100) if name == "label-studio" else (answer.get("width", 1), answer.get("height", 1))
    match kind:
        case "boxes":
            rows = [
                [b["left"] * across, b["top"] * down, b["right"] * across, b["bottom"] * down, b["label"]]
                for b in answer["boxes"]
            ]
        case "polygons":
            rows = [
                [*([x * across, y * down] for x, y in p["points"]), p["label"]] for p in answer["polygons"]
            ]
        case "spans":
            rows = [[s["start"], s["end"], s["label"]] for s in answer["spans"]]
        case "classes":
            return sorted(name.strip() for name in answer["labels"])
        case "ranking":
            return [group[0].strip() for group in answer["order"]]
        case "text":
            return answer["text"]
        case _:
            return answer["value"]
    return sorted(rows, key=str)


def near(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(near, one, other))
    return one == (pytest.approx(other, abs=0.01) if isinstance(other, float) else other)


@pytest.mark.parametrize(("kind", "name"), CASES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_labels_of_an_export_are_read_as_right_answers(kind: str, name: str, data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, kind)
    # Label Studio has no ties, and a question without a choice is one that was not answered.
    held = [
        row for row in rows if not has_tie(answer_of(row)) and (kind != "classes" or answer_of(row)["labels"])
    ]
    # An export of nothing but empty answers does not show what it asked.
    # Blanks around a name in a text are none of it, so that a name of blanks alone cannot be read back.
    assume(kind != "classes" or all(label.strip() for row in held for label in answer_of(row)["labels"]))
    parts = {"classes": "labels", "boxes": kind, "polygons": kind, "spans": kind}.get(kind, "kind")
    assume(any(answer_of(row)[parts] for row in held))
    with TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        export(write_version(Path(folder) / "v", schema, held), name, output)
        votes = votes_in(output / FILES[name], shape=SHAPES[kind], gold=True, task=TASKS[name])
    texts = {task: text for task, _, text in votes}
    written = read_written(SHAPES[kind], list(texts.values()), str)
    assert len(written.answers) == len(texts)
    for row in held:
        answer, text = answer_of(row), texts[row["sample_id"]]
        if kind == "pair":
            first = row["content"]["candidates"][0]["id"]
            assert text == ("left" if answer["choice"] == first else "right")
            continue
        found = text if kind == "text" else json.loads(text)
        found = sorted(found, key=str) if kind in ("boxes", "polygons", "spans") else found
        assert near(found, content_of(answer, kind, name)), (text, answer)
