"""docs/datasets.md shows what exports write."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import SCHEMA_KINDS, LabelSchema
from shoal.contracts.samples import Content
from shoal_qa.usecases.datasets.exports import FORMATS
from unit.qa.exports.exportkit import export, make_row, write_version

PAGE = (Path(__file__).parents[4] / "docs" / "datasets.md").read_text("utf-8")
ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
SCHEMA: TypeAdapter[Any] = TypeAdapter(LabelSchema)
ANSWERS = {
    kind: orjson.loads(text)
    for kind, text in re.findall(r"^\| `([a-z_]+)` \| `(\{.*?\})`", PAGE, re.MULTILINE)
}
BLOCKS = [orjson.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
COCO_BOX, COCO_POLYGON, SPACY, PREFERENCE, TASK = BLOCKS
TEXT = Content(text="Anna rows.")
IMAGE = Content(uri="media:" + "a" * 64, media_type="image/png")
PAIR = Content.model_validate(
    {
        "prompt": "Why do prices rise?",
        "candidates": [{"id": "a", "text": "No idea."}, {"id": "b", "text": "Demand grew."}],
    }
)
CLASSES = {"boxes": "car", "polygons": "car", "spans": "person"}


def exported(folder: Path, kind: str, name: str, content: Content) -> Path:
    """Return the folder with the answer of the page in a format."""
    own = {"classes": [{"name": CLASSES[kind]}]} if kind in CLASSES else {}
    row = make_row(1, ANSWER.validate_python(ANSWERS[kind]), content) | {"sample_id": "s-1"}
    schema = SCHEMA.validate_python({"kind": kind, **own})
    export(write_version(folder / "v", schema, [row]), name, folder / "out")
    return folder / "out"


def test_the_page_has_every_label_type_and_every_format() -> None:
    assert set(ANSWERS) == set(SCHEMA_KINDS) - {"single_choice"}
    for kind, answer in ANSWERS.items():
        plain = ANSWER.validate_python(answer).model_dump(mode="json")
        assert plain == answer, kind
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (all|`[^|]*`)[^|]*\|", PAGE, re.MULTILINE))
    shown = {
        name: set(SCHEMA_KINDS) if kinds == "all" else set(re.findall(r"`([a-z_]+)`", kinds))
        for name, kinds in rows.items()
        if name in FORMATS
    }
    assert shown == {name: set(kinds) for name, kinds in FORMATS.items()}


@pytest.mark.parametrize(("kind", "expected"), [("boxes", COCO_BOX), ("polygons", COCO_POLYGON)])
def test_objects_of_coco(tmp_path: Path, kind: str, expected: dict[str, Any]) -> None:
    folder = exported(tmp_path, kind, "coco", IMAGE)
    document = orjson.loads((folder / "annotations" / "instances_train.json").read_bytes())
    assert document["annotations"] == [expected]


@pytest.mark.parametrize("kind", ["boxes", "polygons"])
def test_lines_of_yolo(tmp_path: Path, kind: str) -> None:
    line = (exported(tmp_path, kind, "yolo", IMAGE) / "labels/train/s-1.txt").read_text().strip()
    assert f"`{line}`" in PAGE


@pytest.mark.parametrize(
    ("kind", "name", "content", "expected"),
    [("spans", "spacy", TEXT, SPACY), ("pair", "preferences", PAIR, PREFERENCE)],
)
def test_lines_of_json(tmp_path: Path, kind: str, name: str, content: Content, expected: Any) -> None:
    assert orjson.loads((exported(tmp_path, kind, name, content) / "train.jsonl").read_bytes()) == expected


def test_tasks_of_label_studio(tmp_path: Path) -> None:
    folder = exported(tmp_path, "rating", "label-studio", TEXT)
    assert orjson.loads((folder / "tasks.json").read_bytes()) == [TASK]
