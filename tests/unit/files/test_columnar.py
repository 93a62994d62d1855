"""Parquet and Arrow files as tables: numbers as names, streams, and files of other forms."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.files import checks
from shoal.files.errors import BadInput
from shoal.files.tables import read_table

NEEDS = {"task": (checks.full_cells, checks.plain_cells)}


def written_parquet(file: Path, cells: list[Any], kind: Any) -> Path:
    pyarrow.parquet.write_table(pa.table({"task": pa.array(cells, kind)}), file)
    return file


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_whole_floats_of_any_width_are_whole_numbers(tmp_path: Path, kind: Any) -> None:
    table = read_table(written_parquet(tmp_path / "t.parquet", [2.0, None], kind), "votes", ["task"])
    assert table.coded("task").names == ["2"]


@pytest.mark.parametrize(("kind", "large"), [(pa.float64(), 2.0**53), (pa.float32(), 2.0**24)])
def test_ids_that_lost_digits_as_floats_are_refused(tmp_path: Path, kind: Any, large: float) -> None:
    file = written_parquet(tmp_path / "t.parquet", [large, large + 2], kind)
    with pytest.raises(
        BadInput, match=r"row 0: task '.*e\+\d\d' is a rounded number.*: store long numbers as"
    ):
        read_table(file, "votes", ["task"], needs=NEEDS)
    assert read_table(file, "votes", ["task"]).numbers("task").tolist() == [large, large + 2]


def test_ids_above_the_largest_float_are_read_exactly_from_integers_and_json(tmp_path: Path) -> None:
    ids = [2**53 + 1, 2**53 + 3]
    file = written_parquet(tmp_path / "t.parquet", ids, pa.uint64())
    lines = tmp_path / "t.jsonl"
    lines.write_text(f'{{"task": {ids[0]}.0}}\n{{"task": 9.007199254740995e15}}\n')
    for one in (file, lines):
        assert read_table(one, "votes", ["task"], needs=NEEDS).texts("task") == [str(name) for name in ids]


def test_ids_that_a_spreadsheet_rounded_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("task,label\n1.23457E+15,a\n12e10,b\n")
    with pytest.raises(BadInput, match=r"line 2: task '1.23457E\+15' is a rounded number"):
        read_table(file, "votes", ["task"], needs=NEEDS)


def test_an_arrow_stream_is_a_table(tmp_path: Path) -> None:
    table = pa.table({"task": ["a", "b"]})
    for name in ("data.arrow", "data.bin"):
        with pa.ipc.new_stream(str(tmp_path / name), table.schema) as stream:
            stream.write_table(table)
        assert read_table(tmp_path / name, "votes", ["task"]).texts("task") == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ORC\x00\x00", "is an ORC file"),
        (b"<!doctype html><html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"FEA1", "Feather version 1"),
    ],
)
def test_files_of_other_forms_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    for name in ("t.csv", "t.parquet"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=message):
            read_table(tmp_path / name, "votes", ["task"])
