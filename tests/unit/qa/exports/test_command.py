"""`shoal qa export`: the files that it names, and what it says about losses and mistakes."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line
from unit.qa.exports.versionkit import boxes_version, store_image


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return store_image(tmp_path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command_line(arguments), list(arguments))


def test_the_command_writes_a_folder_and_says_what_it_left_out(tmp_path: Path) -> None:
    source, output = boxes_version(tmp_path / "v"), tmp_path / "out"
    result = run("qa", "export", str(source), "yolo", str(output))
    assert result.exit_code == 0, result.output
    assert f"{output}/data.yaml" in result.stdout.splitlines()
    assert "4 rows as yolo" in result.stderr
    again = run("qa", "export", str(source), "yolo", str(output))
    assert (again.exit_code, "--force" in again.stderr) == (2, True)
    assert run("qa", "export", str(source), "yolo", str(output), "--force").exit_code == 0


def test_an_unknown_kind_of_address_is_refused_in_one_line(tmp_path: Path) -> None:
    result = run("qa", "export", str(boxes_version(tmp_path / "v")), "coco", "cloud://out")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "cloud" in result.stderr
    result = run("qa", "export", "cloud://v", "coco", str(tmp_path / "out"))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("name", "words"), [("tfrecord", "there is no format"), ("conll", "the version has boxes")]
)
def test_the_command_refuses_formats_in_one_line(tmp_path: Path, name: str, words: str) -> None:
    result = run("qa", "export", str(boxes_version(tmp_path / "v")), name, str(tmp_path / "out"))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert words in result.stderr


def test_an_export_without_a_row_fails(tmp_path: Path) -> None:
    source = boxes_version(tmp_path / "v")
    result = run("qa", "export", str(source), "webdataset", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "4 rows (no_image)" in result.stderr


def test_images_that_the_store_lacks_are_a_warning(tmp_path: Path) -> None:
    store = store_image(tmp_path)
    next(store.rglob("original")).write_bytes(b"other bytes")
    source = boxes_version(tmp_path / "v")
    result = run("qa", "export", str(source), "yolo", str(tmp_path / "out"), "--media", str(store))
    assert (result.exit_code, "4 of the images" in result.stderr) == (0, True)
