"""What is written is read back, in every format."""

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.files.columns import EMPTY, Coded
from shoal.files.errors import BadInput
from shoal.files.tables import read_table
from shoal.files.writing import write_table, write_text

COLUMNS = {
    "text": ["a,b", 'say "no"', "é\nf", ""],
    "whole": np.arange(4),
    "half": np.array([0.5, np.nan, np.inf, -1], np.float32),
    "right": np.array([True, False, True, True]),
    "masked": np.ma.array([1, 2, 3, 4], mask=[False, True, False, False]),
    "label": Coded(np.array([1, EMPTY, 0, 1], np.int32), ["cat", "dog"]),
    "number": [1.5, 2.0, 3.0, 4.0],
}


def test_parquet_holds_what_was_written(tmp_path: Path) -> None:
    write_table(tmp_path / "deep" / "t.parquet", COLUMNS)
    assert pyarrow.parquet.read_table(tmp_path / "deep" / "t.parquet").to_pydict() == {
        "text": ["a,b", 'say "no"', "é\nf", ""],
        "whole": [0, 1, 2, 3],
        "half": [0.5, None, float("inf"), -1],
        "right": [True, False, True, True],
        "masked": [1, None, 3, 4],
        "label": ["dog", None, "cat", "dog"],
        "number": [1.5, 2, 3, 4],
    }


@pytest.mark.parametrize(("name", "delimiter"), [("t.csv", ","), ("t.tsv", "\t"), ("t.txt", ",")])
def test_text_holds_what_was_written(tmp_path: Path, name: str, delimiter: str) -> None:
    write_table(tmp_path / name, COLUMNS)
    with (tmp_path / name).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter=delimiter))
    assert [row["text"] for row in rows] == COLUMNS["text"]
    assert [row["half"] for row in rows] == ["0.5", "", "inf", "-1"]
    assert [row["right"] for row in rows] == ["true", "false", "true", "true"]
    assert [row["masked"] for row in rows] == ["1", "", "3", "4"]
    assert [row["label"] for row in rows] == ["dog", "", "cat", "dog"]


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", {"label": Coded(np.empty(0, np.int32), []), "n": np.empty(0), "text": []})
    assert (tmp_path / "t.csv").read_text().replace('"', "") == "label,n,text\n"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1), min_size=1))
def test_texts_are_read_back(tmp_path: Path, texts: list[str]) -> None:
    for name in ("t.csv", "t.tsv", "t.parquet"):
        write_table(tmp_path / name, {"n": np.arange(len(texts)), "text": texts})
        assert read_table(tmp_path / name, "texts", ["text"]).texts("text") == texts


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for write in (
        lambda: write_table(tmp_path / "folder.csv", COLUMNS),
        lambda: write_text(tmp_path / "folder.csv", "page"),
    ):
        with pytest.raises(BadInput, match=r"folder\.csv cannot be written: "):
            write()
