"""One matrix, whatever the format of its file; never a pickled object."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.files.errors import BadInput
from shoal.files.matrix import matrices
from shoal.files.matrix.arrays import read_array, read_vector
from shoal.files.matrix.matrices import read_matrix

X = np.array([[1, 2.5], [3, -4], [0, 0.125]], np.float32)


def write_parquet(file: Path, columns: dict[str, object]) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), file, row_group_size=2)
    return file


def test_every_format_gives_the_same_matrix(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "half.npy", X.astype(np.float16))
    np.savez(tmp_path / "one.npz", X)
    np.savez_compressed(tmp_path / "more.npz", other=X[:1], embeddings=X)
    write_parquet(tmp_path / "lists.parquet", {"id": ["a", "b", "c"], "vector": X.astype(float).tolist()})
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 2)
    write_parquet(tmp_path / "fixed.parquet", {"vector": fixed})
    write_parquet(tmp_path / "columns.parquet", {"id": ["a", "b", "c"], "x": X[:, 0], "y": X[:, 1]})
    for file in sorted(tmp_path.iterdir()):
        matrix = read_matrix(file, "embeddings")
        assert matrix.names == (["x", "y"] if file.name == "columns.parquet" else None)
        assert len(matrix) == 3
        assert np.array_equal(matrix.finite(), X), file
        copy = matrix.float32()
        assert copy.dtype == np.float32
        assert np.array_equal(copy, X)
        copy[:] = 0
        assert np.array_equal(read_matrix(file, "embeddings").values, X)


def test_a_value_that_is_not_finite_is_named_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrices, "BLOCK", 2)
    wide = np.ones((5, 3))
    wide[4, 1] = 1e300
    np.save(tmp_path / "x.npy", wide)
    matrix = read_matrix(tmp_path / "x.npy", "embeddings")
    assert matrix.finite()[4, 1] == 1e300
    with pytest.raises(BadInput, match=r"x.npy, row 4, column 1 is 1e\+300: give finite float32 numbers"):
        matrix.float32()
    wide[3, 2] = np.nan
    np.save(tmp_path / "x.npy", wide)
    with pytest.raises(BadInput, match="row 3, column 2 is nan"):
        read_matrix(tmp_path / "x.npy", "embeddings").finite()


def test_progress_is_reported_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "BLOCK", 2)
    np.save(tmp_path / "x.npy", X)
    reports: list[tuple[int, int]] = []
    read_matrix(tmp_path / "x.npy", "embeddings").float32(lambda *report: reports.append(report))
    assert reports == [(2, 3), (3, 3)]


def test_what_is_no_matrix_is_one_line(tmp_path: Path) -> None:
    arrays = {"flat": X[0], "empty": X[:0], "text": np.array([["a"]])}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    np.save(tmp_path / "object.npy", np.array([[{}]]), allow_pickle=True)
    np.savez(tmp_path / "two.npz", a=X, b=X)
    (tmp_path / "junk.npy").write_bytes(b"junk")
    (tmp_path / "none.npy").write_bytes(b"")
    (tmp_path / "junk.npz").write_bytes(b"PK\x03\x04")
    write_parquet(tmp_path / "odd.parquet", {"v": [[1.0], [2.0, 3.0]]})
    write_parquet(tmp_path / "gap.parquet", {"v": [[1.0], None]})
    write_parquet(tmp_path / "hole.parquet", {"v": [[1.0, 2.0], [None, 3.0]]})
    write_parquet(tmp_path / "null.parquet", {"v": [1.0, None]})
    write_parquet(tmp_path / "words.parquet", {"v": [["a"]]})
    write_parquet(tmp_path / "ids.parquet", {"id": ["a"]})
    write_parquet(tmp_path / "both.parquet", {"v": [[1.0]], "w": [[1.0]]})
    (tmp_path / "x.txt").write_text("1 2")
    for name, message in {
        "flat.npy": "has shape (2,): give two dimensions",
        "empty.npy": "is empty, shape (0, 2)",
        "text.npy": "holds <U1, not numbers: save floats",
        "object.npy": "it is not a .npy file of plain values",
        "junk.npy": "it is not a .npy file of plain values",
        "none.npy": "is an empty file: write it again",
        "junk.npz": "it is not a .npz file of plain values",
        "two.npz": "holds a, b: save one array, or name one embeddings",
        "missing.npy": "cannot be read: ",
        "odd.parquet": "row 1 has 2 values, row 0 has 1: give lists of one length",
        "gap.parquet": "row 1 has no values: give finite",
        "hole.parquet": "row 1, column 0 is nan",
        "null.parquet": "row 1 has no values",
        "words.parquet": "no column of numbers; it has v (list<element: string>)",
        "ids.parquet": "has no column of lists and no column of numbers",
        "both.parquet": "has several columns of lists (v, w): choose one with --columns",
        "x.txt": "give a .npy, .npz, .parquet or .arrow file",
    }.items():
        with pytest.raises(BadInput) as error:
            read_matrix(tmp_path / name, "embeddings").finite()
        assert str(error.value).startswith(f"embeddings {tmp_path / name}"), error.value
        assert message in str(error.value)


def test_a_vector_has_one_dimension(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", X[0])
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "t.npy", np.array(["cat", "dog"]))
    assert read_vector(tmp_path / "v.npy", "weights").tolist() == [1, 2.5]
    assert read_array(tmp_path / "t.npy", "labels").tolist() == ["cat", "dog"]
    with pytest.raises(BadInput, match="give one dimension"):
        read_vector(tmp_path / "x.npy", "weights")
