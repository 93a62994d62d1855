"""The libraries that people train with read the exports, offline."""

import json
from pathlib import Path

import pytest

from unit.qa.exports.exportkit import export, make_row, write_version
from unit.qa.exports.programkit import run_program
from unit.qa.exports.readerkit import CASES, PNG, SHA256

ANSWERED = ("spans", "pair", "boxes", "polygons", "classes", "ranking", "number", "rating", "text")
KINDS = f"KINDS = {('class', *ANSWERED)}\n"
EXPORTS = {
    "huggingface": ("class", "picture", *ANSWERED),
    "jsonl": ("pair",),
    "parquet": ("pair",),
    "csv": ("pair",),
    "preferences": ("pair", "talk"),
    "coco": ("boxes", "polygons"),
    "croissant": ("class", *ANSWERED),
    "webdataset": ("boxes",),
}


def version(folder: Path, kind: str) -> Path:
    schema, answer, content = CASES[kind]
    rows = [make_row(number, answer, content, ("train", "test")[number % 2]) for number in range(4)]
    return write_version(folder / kind, schema, rows)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with exports of every format, `<format>-<kind>`."""
    folder = tmp_path_factory.mktemp("exports")
    place = folder / "media" / "news" / SHA256[:2] / SHA256
    place.mkdir(parents=True)
    (place / "original").write_bytes(PNG)
    for name, kinds in EXPORTS.items():
        for kind in kinds:
            media = folder / "media" if name == "webdataset" or kind == "picture" else None
            export(version(folder, kind), name, folder / f"{name}-{kind}", media=media)
    return folder


def test_datasets_loads_the_layout_and_plain_files(exports: Path) -> None:
    code = """
from datasets import load_dataset
def load(name):
    return {split: [dict(row) for row in rows] for split, rows in load_dataset(folder + "/" + name).items()}
def load_file(builder, name):
    return load_dataset(builder, data_files=folder + "/" + name, split="train")[0]
pictures = load_dataset(folder + "/huggingface-picture", split="train")
found = {
    "layouts": {kind: load("huggingface-" + kind) for kind in KINDS},
    "files": {
        "jsonl": load_file("json", "jsonl-pair/train.jsonl"),
        "parquet": load_file("parquet", "parquet-pair/train.parquet"),
        "csv": load_file("csv", "csv-pair/train.csv"),
    },
    "preference": load_file("json", "preferences-pair/train.jsonl"),
    "talk": load_file("json", "preferences-talk/train.jsonl"),
    "picture": [pictures.features["label"].int2str(pictures[0]["label"]), list(pictures[0]["image"].size)],
}
"""
    found = run_program(exports, KINDS + code)
    for kind, splits in found["layouts"].items():
        assert {split: len(rows) for split, rows in splits.items()} == {"train": 2, "test": 2}
        row = splits["train"][0]
        if kind == "class":
            assert row["label"] == 1
        else:
            assert row["answer"] == CASES[kind][1].model_dump(mode="json")
    assert {row["sample_id"] for row in found["files"].values()} == {"s0"}
    preference = found["preference"]
    assert [preference[name] for name in ("prompt", "chosen", "rejected")] == ["Why?", "Rain.", "No."]
    messages = {
        name: found["talk"][name] for name in ("prompt", "chosen", "rejected")
    }  # as TRL's trainers read
    assert messages == {
        "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
        "chosen": [{"role": "assistant", "content": "No."}],
        "rejected": [{"role": "assistant", "content": "Rain."}],
    }
    assert found["picture"] == ["corn", [100, 50]]


def test_pycocotools_reads_boxes_and_polygons(exports: Path) -> None:
    code = """
import contextlib, io
from pycocotools.coco import COCO
def load(kind):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(folder + "/coco-" + kind + "/annotations/instances_train.json")
    objects = coco.loadAnns(coco.getAnnIds())
    masks = [int(coco.annToMask(item).sum()) for item in objects if item["segmentation"]]
    names = [item["name"] for item in coco.loadCats(coco.getCatIds())]
    return sorted(coco.imgs), names, [[item["bbox"], item["area"], item["category_id"]] for item in objects], masks
found = {kind: load(kind) for kind in ("boxes", "polygons")}
"""
    expected = {"boxes": ([10, 10, 20, 20], 400, 2), "polygons": ([10, 5, 40, 20], 800, 1)}
    for kind, (images, names, objects, masks) in run_program(exports, KINDS + code).items():
        assert (images, names, len(objects)) == ([1, 2], ["wheat", "corn"], 2)
        box, area, category = objects[0]
        assert (box, area, category) == (
            pytest.approx(expected[kind][0]),
            pytest.approx(expected[kind][1]),
            expected[kind][2],
        )
        assert masks == ([] if kind == "boxes" else [pytest.approx(800, abs=80)] * 2)


def test_mlcroissant_loads_the_rows(exports: Path) -> None:
    code = """
import mlcroissant
def load(kind):
    dataset = mlcroissant.Dataset(jsonld=folder + "/croissant-" + kind + "/croissant.json")
    text = lambda value: value.decode() if isinstance(value, bytes) else value
    return [{name.removeprefix("rows/"): text(value) for name, value in row.items()}
            for row in dataset.records("rows")]
found = {kind: load(kind) for kind in KINDS}
"""
    for kind, rows in run_program(exports, KINDS + code).items():
        assert [row["sample_id"] for row in rows] == ["s0", "s1", "s2", "s3"]
        assert (rows[0]["votes"], rows[0]["probability"]) == (2, 0.97)
        if kind == "class":
            assert rows[0]["label"] == "corn"
        else:
            assert json.loads(rows[0]["answer"]) == CASES[kind][1].model_dump(mode="json")


def test_webdataset_iterates_over_samples(exports: Path) -> None:
    code = """
import webdataset
samples = webdataset.WebDataset(folder + "/webdataset-boxes/train-000000.tar", shardshuffle=False).decode("pil")
found = [[item["__key__"], list(item["png"].size), item["json"]["answer"]["kind"]] for item in samples]
"""
    assert run_program(exports, KINDS + code) == [["s0", [100, 50], "boxes"], ["s2", [100, 50], "boxes"]]
