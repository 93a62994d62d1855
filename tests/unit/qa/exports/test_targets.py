"""Targets that fail are named in one line; an earlier export is replaced, and nothing else."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from shoal.contracts.answers import ClassAnswer
from shoal.contracts.label_schemas import SingleChoiceSchema
from shoal.contracts.samples import Content
from shoal.files.errors import BadInput
from shoal_qa.adapters.exports.sources import VersionSource
from shoal_qa.adapters.exports.targets import Target
from unit.qa.exports.exportkit import export, make_row, write_version
from unit.qa.exports.largekit import write_large_version
from unit.qa.exports.versionkit import CLASSES, boxes_version, store_image

SMALL = 100_000  # bytes
TEXT = Content(text="Maize rose.")


def split_version(folder: Path, *splits: str) -> Path:
    rows = [make_row(n, ClassAnswer(label="corn"), TEXT, split) for n, split in enumerate(splits)]
    return write_version(folder, SingleChoiceSchema(classes=CLASSES), rows)


@pytest.mark.parametrize("name", ["jsonl", "parquet", "huggingface", "webdataset"])
def test_a_file_that_cannot_grow_is_one_line(tmp_path: Path, name: str) -> None:
    source = write_large_version(tmp_path / "v", "single_choice", 12_000)
    program = "import sys; from shoal.command_line.main import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, "qa", "export", str(source), name, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # caches of modules would be cut off too
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)),
        check=False,
    )
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1), result.stderr
    assert str(tmp_path / "out") in result.stderr
    assert not (tmp_path / "out/export.json").exists()


def test_a_storage_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # the port discard, where nothing listens
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    address = "s3://bucket-away/topics"
    with pytest.raises(OSError) as refused:
        Target(address).check_empty(force=False)
    assert refused.value.filename == address
    with pytest.raises(OSError) as refused:
        VersionSource(address).open_version()
    assert refused.value.filename == address


def test_an_earlier_export_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    output = tmp_path / "out"
    export(split_version(tmp_path / "v1", "train", "test", "test"), "huggingface", output)
    (output / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="--force"):
        Target(str(output)).check_empty(force=False)
    Target(str(output)).check_empty(force=True)
    assert [path.name for path in output.rglob("*") if path.is_file()] == ["notes.txt"]
    export(split_version(tmp_path / "v2", "train"), "huggingface", output)
    shards = list(output.glob("data/*.parquet"))
    assert [(path.name, pq.read_metadata(path).num_rows) for path in shards] == [
        ("train-00000-of-00001.parquet", 1)
    ]


def test_files_of_single_samples_are_replaced_too(tmp_path: Path) -> None:
    media, output = store_image(tmp_path), tmp_path / "out"
    export(boxes_version(tmp_path / "v"), "yolo", output, media=media)
    Target(str(output)).check_empty(force=True)
    assert [path for path in output.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["huggingface", "yolo"])
def test_what_an_interrupted_export_left_is_replaced_too(tmp_path: Path, name: str) -> None:
    output, source = tmp_path / "out", boxes_version(tmp_path / "v")

    def interrupt(_rows: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(source, name, output, report=interrupt)
    (output / "notes.txt").write_text("mine")
    assert not (output / "export.json").exists()
    assert len(list(output.rglob("*"))) > 2
    Target(str(output)).check_empty(force=True)
    assert [path.name for path in output.rglob("*") if path.is_file()] == ["notes.txt"]
    export(source, name, output)
    assert not list(output.glob(".*"))


def test_a_mistyped_folder_of_media_is_refused_before_a_file_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        export(boxes_version(tmp_path / "v"), "yolo", tmp_path / "out", media=tmp_path / "medai")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../kept.txt", "/", ".", "images/../../kept.txt"])
def test_a_report_of_something_else_removes_nothing_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    output = tmp_path / "out"
    output.mkdir()
    absolute = str(tmp_path / "kept.txt")
    report = {"files": [{"path": name}, {"path": absolute}, {"path": "absent/"}]}
    (output / "export.json").write_bytes(orjson.dumps(report))
    (output / "other.txt").write_text("mine")
    Target(str(output)).check_empty(force=True)
    assert (tmp_path / "kept.txt").read_text() == (output / "other.txt").read_text() == "mine"


def test_a_report_that_is_none_is_no_obstacle(tmp_path: Path) -> None:
    for number, text in enumerate((b"no json", b"[1]", b'{"files": [1]}', b'{"files": 3}')):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "export.json").write_bytes(text)
        Target(str(folder)).check_empty(force=True)
        assert list(folder.iterdir()) == []
