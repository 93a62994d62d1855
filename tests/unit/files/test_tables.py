"""One table, whatever the format of its file; what is wrong with one is one line that names the place."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.files.columns import EMPTY, column_of
from shoal.files.errors import BadInput
from shoal.files.tables import open_table, read_table

ROWS = [("a", "1", "cat, big"), ("b", "2.5", 'say "no"'), ("", "3", "two\nlines"), ("a", "", "é")]
NAMES = ("task", "score", "label")


def csv_text(delimiter: str) -> str:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' if cell else "" for cell in row] for row in ROWS]
    return "\n".join(delimiter.join(cells) for cells in [NAMES, *quoted]) + "\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return the same rows in every format."""
    records = [{name: cell or None for name, cell in zip(NAMES, row, strict=True)} for row in ROWS]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    texts = {"t.csv": csv_text(","), "t.tsv": csv_text("\t"), "t.json": json.dumps(records), "t.jsonl": lines}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    columns = {name: [record[name] for record in records] for name in NAMES}
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    return sorted(tmp_path.iterdir())


def test_every_format_gives_the_same_table(files: list[Path]) -> None:
    assert len(files) == 9
    for file in files:
        source = open_table(file, "votes")
        assert list(source.format.names) == list(NAMES)
        table = source.read(NAMES)
        assert table.rows == len(ROWS)
        assert [table.texts(name) for name in NAMES] == [list(cells) for cells in zip(*ROWS, strict=True)], (
            file
        )
        assert table.coded("task").names == ["a", "b"]
        assert table.coded("task").code.tolist() == [0, 1, EMPTY, 0]
        assert np.array_equal(table.numbers("score"), [1, 2.5, 3, np.nan], equal_nan=True)


def test_an_empty_cell_is_named_by_its_line_where_the_file_has_lines(files: list[Path]) -> None:
    row = {".csv": "line 4", ".tsv": "line 4", ".jsonl": "line 3", ".json": "row 2", ".parquet": "row 2"}
    for file in files:
        suffix = Path(file.name.removesuffix(".gz")).suffix
        with pytest.raises(BadInput, match=f"^votes {file}, {row[suffix]}: task is empty: fill it"):
            read_table(file, "votes", ["task"]).full("task")


def test_lines_are_counted_past_blank_ones_and_cells_of_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('a,b\n"x\ny",1\n\n\nz,2\nw,no\n')
    table = read_table(file, "votes", ["a", "b"])
    assert table.texts("a") == ["x\ny", "z", "w"]
    assert [table.where(row) for row in range(3)] == ["line 2", "line 6", "line 7"]
    with pytest.raises(BadInput, match="line 7: b 'no' is not a number"):
        table.numbers("b")


def test_a_blank_line_in_a_file_of_one_column_is_an_empty_cell(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("label\ncat\n\ndog\n")
    assert read_table(file, "labels", ["label"]).texts("label") == ["cat", "", "dog"]


BAD = {
    "": " is empty: it needs a header and rows",
    "a\n1\n": " has no column b; it has a: rename one",
    "a,b,b\n1,2,3\n": " has two columns b",
    "a,b\n1,2\n1\n": ", line 3 has 1 value, the header 2 columns",
    'a,b\n"1\n2",2\n1,2,3\n': ", line 4 has 3 values, the header 2 columns",
}


@pytest.mark.parametrize(("text", "message"), BAD.items())
def test_what_is_no_table_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(text)
    with pytest.raises(BadInput) as error:
        read_table(file, "votes", ["a", "b"])
    assert f"votes {file}{message}" in str(error.value)


def test_what_is_no_json_is_named_by_its_place(tmp_path: Path) -> None:
    for name, text, message in (
        ("t.jsonl", '{"a": 1}\n\n[1]\n', ", line 3 is not a JSON object: give one JSON object"),
        ("t.jsonl", "nonsense\n", ", line 1 is not a JSON object"),
        ("t.json", '{"a": 1}', " holds no JSON array: give an array of objects"),
        ("t.json", '[{"a": 1}, 2]', ", row 1 is not a JSON object"),
        ("t.json", "[", " is not JSON, or cut off: "),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput) as error:
            open_table(tmp_path / name, "votes").read(["a"])
        assert f"votes {tmp_path / name}{message}" in str(error.value)


def test_a_field_that_is_no_text_is_its_json(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text('{"a": [[0, 5, "x"]], "b": true}\n{"b": 2, "a": null}\n')
    table = read_table(file, "votes", ["a", "b"])
    assert [table.texts("a"), table.texts("b")] == [['[[0,5,"x"]]', ""], ["true", "2"]]


def test_files_that_are_no_text_are_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, content, message in (
        (
            "latin.csv",
            b"a\ncaf\xe9\n",
            ", line 2: byte 0xE9 is not UTF-8: give --encoding latin-1, which reads 'café'",
        ),
        ("junk.csv.gz", b"junk", " cannot be read: its name ends in .gz"),
        ("cut.csv.gz", gzip.compress(b"a\n" * 99)[:-9], " cannot be read: "),
        ("cut.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 99)[:-9], " cannot be read: "),
        ("junk.parquet", b"junk", " cannot be read: "),
        ("mark.jsonl", b"\xff\xfe", " is empty: give JSON objects"),
        ("binary.jsonl", b"\x80\x81", ", line 1: byte 0x80 is not UTF-8"),
        ("sheet.csv", b"PK\x03\x04", " is a ZIP archive, as Excel's files are: save the table as CSV"),
        ("folder.csv", None, " cannot be read: it is a folder"),
        ("missing.csv", None, " cannot be read: it does not exist"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput) as error:
            read_table(tmp_path / name, "votes", ["a"])
        assert str(error.value).startswith(f"votes {tmp_path / name}{message}")


def test_a_row_longer_than_a_block_is_read(tmp_path: Path) -> None:
    text = "x" * 5_000_000
    (tmp_path / "long.csv").write_text(f"id,text\n1,{text}\n2,short\n")
    assert read_table(tmp_path / "long.csv", "texts", ["text"]).texts("text") == [text, "short"]


def test_the_only_column_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    for header, name in (
        ("answer", "answer"),
        ("index,answer", "answer"),
        ("label,answer", "label"),
        ("a,b", "label"),
    ):
        file.write_text(f"{header}\n")
        assert open_table(file, "labels").column_for("label", besides=["index"]) == name


def test_times_are_seconds_and_numbers_stay(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("at,n,mixed\n1970-01-01T00:01:00Z,5,5\n1970-01-01 01:00:00+01:00,,1970-01-01T00:00:00Z\n")
    table = read_table(file, "votes", ["at", "n", "mixed"])
    assert table.times("at").tolist() == [60, 0]
    assert np.array_equal(table.times("n"), [5, np.nan], equal_nan=True)
    with pytest.raises(BadInput, match="line 3: mixed '1970-01-01T00:00:00Z' is not a number or a time"):
        table.times("mixed")


@given(st.lists(st.sampled_from(["", " ", "a", " a", "b "])), st.booleans())
def test_codes_are_those_of_names_in_any_order(cells: list[str], turned: bool) -> None:
    coded = column_of(cells).coded()
    assert coded.names == sorted({cell.strip() for cell in cells if cell.strip()})
    coded = coded.in_order(lambda names: list(names)[::-1] if turned else list(names))
    assert [coded.names[code] if code != EMPTY else "" for code in coded.code] == [
        cell.strip() for cell in cells
    ]
