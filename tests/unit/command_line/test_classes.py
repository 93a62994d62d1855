"""The option --classes, in place and in a file."""

import json
from pathlib import Path

import pytest

from shoal.command_line.classes import parse_classes
from shoal.files.errors import BadInput

FILES = {
    "lines.txt": "cat\ndog, big\n\neel\n",
    "windows.txt": "\ufeffcat\r\ndog, big\r\neel",
    "list.json": json.dumps(["cat", "dog, big", "eel"]),
    "numbered.json": json.dumps({"1": "dog, big", "0": "cat", "2": "eel"}),
    "config.json": json.dumps({"model_type": "bert", "id2label": {"0": "cat", "1": "dog, big", "2": "eel"}}),
    "index.json": json.dumps({"dog, big": 1, "cat": 0, "eel": 2}),
    "quoted.csv": 'cat\n"dog, big"\neel\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_hold_names_with_commas(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8", newline="")
    for option in (f"{tmp_path / name}", f"@{tmp_path / name}"):
        assert parse_classes(option) == ["cat", "dog, big", "eel"]


def test_names_stand_in_place_with_quotes_around_commas() -> None:
    assert parse_classes(None) is None
    assert parse_classes("cat, dog,eel") == ["cat", "dog", "eel"]
    assert parse_classes('cat,"dog, big",eel') == ["cat", "dog, big", "eel"]
    assert parse_classes('["cat", 1]') == ["cat", "1"]


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("[1, ")
    (tmp_path / "deep.json").write_text("[[1], 2]")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    for name, message in (
        ("missing.txt", "cannot be read"),
        ("bad.json", "is not JSON"),
        ("deep.json", "holds no list of classes"),
        ("latin.txt", "is not UTF-8"),
    ):
        with pytest.raises(BadInput, match=message) as refused:
            parse_classes(f"@{tmp_path / name}")
        assert refused.value.field == "classes"
