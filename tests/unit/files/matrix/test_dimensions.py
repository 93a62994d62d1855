"""Which columns of Parquet and Arrow files are dimensions."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import read_matrix

N = 5
X = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
FLOATS = {f"f{column}": X[:, column] for column in range(3)}


def read(file: Path, columns: dict[str, object], *, patterns: list[str] | None = None) -> tuple[list, str]:
    """Write a Parquet file; return the names of its dimensions and the summary of the file."""
    pyarrow.parquet.write_table(pa.table(columns), file)
    matrix = read_matrix(file, "embeddings", patterns)
    return matrix.names or [], "; ".join(matrix.facts())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", np.array([7, 3, 9, 1, 4])),
        ("sample_id", np.array([7, 3, 9, 1, 4])),
        ("Label", np.array([1, 0, 1, 1, 0])),
        ("label", np.array([1.0, 0, 1, 1, 0])),
        ("whatever", np.arange(N)),
        ("from one", np.arange(1.0, N + 1)),
        ("Unnamed: 0", np.array([4, 2, 2, 1, 0.5])),
        ("__index_level_0__", np.array([9, 8, 7, 6, 5])),
        ("text", ["a", "b", "c", "d", "e"]),
        ("flag", [True, False, True, True, False]),
        ("when", pa.array(range(N), pa.timestamp("s"))),
    ],
)
def test_indexes_ids_labels_and_texts_are_no_dimensions_and_are_named(
    tmp_path: Path, name: str, values: object
) -> None:
    names, summary = read(tmp_path / "x.parquet", {name: values, **FLOATS})
    assert names == ["f0", "f1", "f2"]
    assert summary.startswith(f"5 x 3; left out: {name} (")


def test_the_index_of_a_pandas_frame_is_left_out_under_any_name(tmp_path: Path) -> None:
    metadata = {"pandas": json.dumps({"index_columns": ["weight", {"kind": "range"}]})}
    table = pa.table({**FLOATS, "weight": X[:, 0]}).replace_schema_metadata(metadata)
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    matrix = read_matrix(tmp_path / "x.parquet", "embeddings")
    assert matrix.names == ["f0", "f1", "f2"]
    assert matrix.notes == ["left out: weight (pandas' index)"]


def test_integers_beside_floats_are_refused_with_the_option_that_decides(tmp_path: Path) -> None:
    columns = {**FLOATS, "age": np.array([31, 8, 8, 60, 2])}
    with pytest.raises(
        BadInput, match=r"age holds integers beside 3 columns of floats: .* --columns 'f0,f1,f2'"
    ):
        read(tmp_path / "x.parquet", columns)
    assert read(tmp_path / "x.parquet", columns, patterns=["f*", "age"])[0] == ["f0", "f1", "f2", "age"]
    assert read(tmp_path / "x.parquet", columns, patterns=["f1"])[0] == ["f1"]


def test_integers_alone_are_dimensions(tmp_path: Path) -> None:
    columns = {"id": [9, 9, 3, 1, 1], "a": [3, 1, 1, 0, 2], "b": [1, 0, 5, 5, 5]}
    assert read(tmp_path / "x.parquet", columns)[0] == ["a", "b"]
    assert read(tmp_path / "x.parquet", {"id": [9, 9, 3, 1, 1]})[0] == ["id"]


def test_a_column_named_as_a_label_that_is_a_probability_is_kept(tmp_path: Path) -> None:
    p = np.array([0.2, 0.7, 1.0, 0.0, 0.5])
    assert read(tmp_path / "p.parquet", {"y": p, "n": 1 - p})[0] == ["y", "n"]


def test_patterns_that_match_nothing_or_no_numbers_are_refused(tmp_path: Path) -> None:
    columns = {**FLOATS, "text": list("abcde"), "v": X.tolist()}
    for patterns, message in {
        ("g*",): "has no column g*; it has f0, f1, f2, text, v",
        ("text",): "column text holds string, not numbers",
        ("f0", "v"): "name one column of lists (v)",
    }.items():
        with pytest.raises(BadInput) as error:
            read(tmp_path / "x.parquet", columns, patterns=list(patterns))
        assert message in str(error.value)
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(BadInput, match="has no names of columns: leave --columns out"):
        read_matrix(tmp_path / "x.npy", "embeddings", ["f0"])


def test_arrow_files_streams_and_tensors_are_read_like_parquet(tmp_path: Path) -> None:
    table = pa.table({"id": list("abcde"), "v": X.tolist()})
    pyarrow.feather.write_feather(table, tmp_path / "x.feather")
    with pa.ipc.new_stream(tmp_path / "x.arrow", table.schema) as writer:
        writer.write_table(table)
    tensor = pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.float32(), (3,)), pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 3)
    )
    pyarrow.parquet.write_table(pa.table({"v": tensor}), tmp_path / "tensor.parquet")
    with pa.ipc.new_file(tmp_path / "tensor.ipc", pa.schema([("v", tensor.type)])) as writer:
        writer.write_table(pa.table({"v": tensor}))
    (tmp_path / "parquet").write_bytes((tmp_path / "tensor.parquet").read_bytes())
    for file in tmp_path.iterdir():
        assert np.allclose(read_matrix(file, "embeddings").float32(), X), file


def test_lists_of_one_list_are_read_and_lists_of_several_refused(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"v": [[row] for row in X.tolist()]}), tmp_path / "one.parquet")
    assert np.allclose(read_matrix(tmp_path / "one.parquet", "embeddings").float32(), X)
    pyarrow.parquet.write_table(pa.table({"v": [[row, row] for row in X.tolist()]}), tmp_path / "two.parquet")
    with pytest.raises(BadInput, match="row 0 holds 2 lists: give one vector for each row"):
        read_matrix(tmp_path / "two.parquet", "embeddings")
    np.save(tmp_path / "x.npy", X[:, None])
    assert "; ".join(read_matrix(tmp_path / "x.npy", "embeddings").facts()).startswith(
        "5 x 3; shape (5, 1, 3)"
    )


def test_half_floats_decimals_and_the_only_matrix_of_a_zip_are_read(tmp_path: Path) -> None:
    decimals = pa.array([1, 2, 3, 4, 6]).cast(pa.decimal128(30, 2))
    assert read(tmp_path / "x.parquet", {"a": X[:, 0].astype(np.float16), "b": decimals})[0] == ["a", "b"]
    np.savez(tmp_path / "x.npz", ids=np.arange(N), x=X)
    assert len(read_matrix(tmp_path / "x.npz", "embeddings")) == N


@pytest.mark.parametrize(
    ("head", "message"),
    [(b"\x89HDF\r\n", "is HDF5"), (b"\x1f\x8b\x08", "is a gzip file"), (b"\x80\x04\x95", "is a pickle")],
)
def test_files_of_other_forms_are_named(tmp_path: Path, head: bytes, message: str) -> None:
    (tmp_path / "x.npy").write_bytes(head + b"......")
    with pytest.raises(BadInput, match=message):
        read_matrix(tmp_path / "x.npy", "embeddings")


def test_a_file_of_another_form_than_its_name_is_read_by_its_content(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "x.bin").write_bytes((tmp_path / "x.npy").read_bytes())
    assert np.array_equal(read_matrix(tmp_path / "x.bin", "embeddings").values, X)
