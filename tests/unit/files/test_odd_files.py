"""Files as other programs leave them: read, or refused in one line with what to do."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.command_line.classes import parse_classes
from shoal.files.errors import BadInput
from shoal.files.matrix.arrays import read_vector
from shoal.files.matrix.matrices import read_matrix
from shoal.files.tables import open_table, read_table
from unit.files.exports.exportskit import votes_in

NAMES = ("task", "worker", "label")
VOTES = [("1", "ann", "cat"), ("1", "bob", "dog"), ("2", "ann", "cat")]
RECORDS = [dict(zip(NAMES, vote, strict=True)) for vote in VOTES]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pandas.json", json.dumps({n: {str(i): r[n] for i, r in enumerate(RECORDS)} for n in NAMES})),
        ("split.json", json.dumps({"columns": NAMES, "index": [0, 1, 2], "data": VOTES})),
        ("pretty.jsonl", "\n".join(json.dumps(record, indent=2) for record in RECORDS)),
        ("index.json", json.dumps({str(i): record for i, record in enumerate(RECORDS)})),
    ],
)
def test_votes_in_other_layouts_of_json_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert votes_in(tmp_path / name) == VOTES


def test_objects_over_several_lines_are_named_by_their_first_line(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text("\n\n".join(json.dumps(record, indent=1) for record in RECORDS))
    table = read_table(file, "votes", NAMES)
    assert [table.where(row) for row in range(3)] == ["line 1", "line 7", "line 13"]


@pytest.mark.parametrize("separator", [" ", "^", ":"])
def test_a_separator_that_is_not_read_is_said_to_be_none(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text("".join(separator.join(cells) + "\n" for cells in (NAMES, *VOTES)))
    with pytest.raises(BadInput, match="is one column: put a comma, a semicolon, a tab or"):
        read_table(file, "votes", NAMES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weight\n1,5\n2,5\n", "write numbers with a point, or in double quotes"),
        ("weight,note\n1,5,a\n2,5,b\n", "name the first column too"),
        ("Weights,\nid,weight\n1,2\n", "line 2 looks like the header: remove the lines above it"),
    ],
)
def test_numbers_that_split_into_cells_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "w.csv"
    file.write_text(text)
    source = open_table(file, "weights")
    with pytest.raises(BadInput, match=message):
        source.read([source.column_for("weight")])


def test_lines_of_a_table_are_no_texts(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("id\ttext\n1\ta\n2\tb\n")
    with pytest.raises(BadInput, match=r"as many tabs in each line, as tables have: name it \.tsv"):
        open_table(file, "texts")
    file.write_text("a\tb\nno tab\nc\td\n")
    assert read_table(file, "texts", ["text"]).rows == 3


def test_files_that_are_cut_off_or_empty_say_so(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pa.table({"task": ["a"]}), file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BadInput, match="is cut off: its end is missing"):
        read_table(file, "votes", ["task"])
    (tmp_path / "x.npy").write_bytes(b"")
    with pytest.raises(BadInput, match="is an empty file"):
        read_matrix(tmp_path / "x.npy", "embeddings")
    with pytest.raises(BadInput, match="is a folder: give a file"):
        read_matrix(tmp_path, "embeddings")


def test_a_mask_of_rows_is_refused_with_the_way_to_their_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.array([True, False]))
    with pytest.raises(BadInput, match=r"save the numbers of the rows, numpy\.flatnonzero"):
        read_vector(tmp_path / "rows.npy", "labelled")


def test_a_column_of_another_name_is_no_dimension_without_the_users_word(tmp_path: Path) -> None:
    columns = {f"f{i}": np.linspace(0, i + 0.5, 20) for i in range(12)}
    file = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pa.table({**columns, "price": np.linspace(0.5, 9, 20)}), file)
    message = "price is named unlike 12 numbered columns: name the dimensions, for example --columns 'f\\*'"
    with pytest.raises(BadInput, match=message):
        read_matrix(file, "embeddings")
    assert read_matrix(file, "embeddings", ["f*"]).values.shape == (20, 12)
    assert read_matrix(file, "embeddings", ["*"]).values.shape == (20, 13)
    assert read_matrix(file, "probabilities").values.shape == (20, 13)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.txt", "bee\r\nant\r\n".encode("utf-16")),
        ("c.csv", b"class\nbee\nant\n"),
        ("c.json", b'{"label2id": {"ant": 1, "bee": 0}}'),
        ("c.json", b'{"id2label": {"0": "bee", "1": "ant"}}'),
    ],
)
def test_classes_are_read_from_files_of_several_forms(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert parse_classes(f"@{tmp_path / name}") == ["bee", "ant"]


def test_a_class_without_a_name_is_refused() -> None:
    with pytest.raises(BadInput, match="name 3 of 3 is empty: remove its comma"):
        parse_classes("bee,ant,")
