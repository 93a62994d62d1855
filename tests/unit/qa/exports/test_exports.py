"""What exports do besides the answers: shapes, cards, refusals, progress."""

import hashlib
from pathlib import Path

import orjson
import pytest
import yaml

from shoal.contracts.answers import (
    Polygon,
    PolygonsAnswer,
)
from shoal.contracts.label_schemas import (
    PolygonsSchema,
)
from shoal.files.errors import BadInput
from shoal.runtime.refusal import Refused
from shoal_qa.http.exports import ExportIn
from shoal_qa.usecases.datasets.exports import FORMATS
from unit.qa.exports.exportkit import Row, export, make_row, write_version
from unit.qa.exports.versionkit import (
    CLASSES,
    IMAGE,
    boxes_version,
    text_version,
)


def test_pixels_of_boxes_and_areas_of_polygons(tmp_path: Path) -> None:
    export(boxes_version(tmp_path / "v"), "coco", tmp_path / "out")
    document = orjson.loads((tmp_path / "out/annotations/instances_train.json").read_bytes())
    (first, _) = document["annotations"]
    assert first["bbox"] == pytest.approx([10, 10, 20, 20])
    assert (first["area"], first["category_id"]) == (pytest.approx(400), 2)
    shapes = ((0, 0), (1, 0), (0, 1)), ((0, 0), (1, 1), (1, 0), (0, 1))  # a triangle, and two that meet
    outline = PolygonsAnswer(
        width=10, height=10, polygons=tuple(Polygon(label="wheat", points=points) for points in shapes)
    )
    source = write_version(tmp_path / "p", PolygonsSchema(classes=CLASSES), [make_row(0, outline, IMAGE)])
    export(source, "coco", tmp_path / "polygons")
    document = orjson.loads((tmp_path / "polygons/annotations/instances_train.json").read_bytes())
    assert [one["area"] for one in document["annotations"]] == pytest.approx([50, 50])


def test_yolo_names_folders_and_classes(tmp_path: Path) -> None:
    export(boxes_version(tmp_path / "v"), "yolo", tmp_path / "out")
    document = yaml.safe_load((tmp_path / "out/data.yaml").read_text())
    assert document == {
        "train": "images/train",
        "val": "images/validation",
        "names": {0: "wheat", 1: "corn"},
    }


@pytest.mark.parametrize(
    ("version_of", "task", "classes"),
    [("boxes", "object-detection", "| corn | 4 |"), ("texts", "text-classification", "| corn | 1 |")],
)
def test_the_card_names_task_splits_and_classes(
    tmp_path: Path, version_of: str, task: str, classes: str
) -> None:
    source = (boxes_version if version_of == "boxes" else text_version)(tmp_path / "v")
    export(source, "huggingface", tmp_path / "out")
    _, front, page = (tmp_path / "out/README.md").read_text().split("---\n")
    head = yaml.safe_load(front)
    assert head["task_categories"] == [task]
    files = head["configs"][0]["data_files"]
    assert all(list((tmp_path / "out").glob(entry["path"])) for entry in files)
    assert classes in page


def test_a_format_that_cannot_hold_the_answers_is_refused_with_those_that_can(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        export(text_version(tmp_path / "v"), "coco", tmp_path / "out")
    assert (refused.value.kind, refused.value.field) == ("invalid", "format")
    assert "jsonl, parquet, csv" in refused.value.fix
    assert "coco" not in refused.value.fix
    assert not (tmp_path / "out").exists()


def test_the_http_door_knows_the_same_formats() -> None:
    schema = ExportIn.model_json_schema()
    assert schema["properties"]["format"]["enum"] == list(FORMATS)


def test_a_changed_file_is_no_version(tmp_path: Path) -> None:
    source = text_version(tmp_path / "v")
    data = (source / "data.jsonl").read_bytes()
    (source / "data.jsonl").write_bytes(data.replace(b"text 1", b"text 7"))
    with pytest.raises(BadInput, match="SHA-256"):
        export(source, "jsonl", tmp_path / "out")
    assert not (tmp_path / "out/export.json").exists()
    with pytest.raises(BadInput, match=r"manifest\.json"):
        export(tmp_path, "jsonl", tmp_path / "other")


def test_rows_are_reported_while_they_are_written(tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    source = text_version(tmp_path / "v", 2500)
    export(source, "csv", tmp_path / "out", report=lambda rows, total: reports.append((rows, total)))
    assert reports == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_another_file_system(tmp_path: Path) -> None:
    report = export(text_version(tmp_path / "v"), "parquet", "memory://exports/topics")
    import fsspec

    files = fsspec.filesystem("memory")
    assert sorted(Path(path).name for path in files.ls("/exports/topics", detail=False)) == [
        "export.json",
        "train.parquet",
    ]
    (facts,) = report["files"]
    assert hashlib.sha256(files.cat_file("/exports/topics/train.parquet")).hexdigest() == facts["sha256"]


def test_rows_of_an_earlier_release_have_a_kind(tmp_path: Path) -> None:
    source = boxes_version(tmp_path / "v")
    manifest: Row = orjson.loads((source / "manifest.json").read_bytes())
    del manifest["label_schema"]
    (source / "manifest.json").write_bytes(orjson.dumps(manifest))
    assert export(source, "coco", tmp_path / "out")["rows"] == 4
    with pytest.raises(Refused):
        export(source, "conll", tmp_path / "other")
