"""The same matrix reads equal from every form."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
from hypothesis import example, given, note, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from shoal.files.matrix.matrices import read_matrix

Floats = NDArray[np.float32]


def list_table(x: Floats, kind: pa.DataType) -> pa.Table:
    """Return a column of lists beside ids, in chunks of two rows."""
    table = pa.table({"id": [f"row {row}" for row in range(len(x))], "vector": pa.array(x.tolist(), kind)})
    return pa.concat_tables([table.slice(start, 2) for start in range(0, len(x), 2)])


def wide_table(x: Floats) -> pa.Table:
    """Return a column for each dimension beside pandas' index and a label."""
    index = {"__index_level_0__": np.arange(len(x)), "label": ["cat"] * len(x)}
    return pa.table(index | {f"f{column}": x[:, column] for column in range(x.shape[1])})


def write_npy(x: Floats, file: Path) -> None:
    with file.open("wb") as stream:  # np.save would append .npy to the name
        np.save(stream, x)


def write_arrow(table: pa.Table, file: Path, new: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> None:
    with file.open("wb") as stream, new(stream, table.schema) as writer:
        writer.write_table(table)


FORMS: Mapping[str, Callable[[Floats, Path], object]] = {
    "x.npy": lambda x, file: np.save(file, x),
    "double.npy": lambda x, file: np.save(file, x.astype(np.float64)),
    "columns.npy": lambda x, file: np.save(file, np.asfortranarray(x)),
    "big_endian.npy": lambda x, file: np.save(file, x.astype(">f4")),
    "one.npz": lambda x, file: np.savez(file, x),
    "more.npz": lambda x, file: np.savez_compressed(file, other=x[:1], embeddings=x, ids=np.arange(len(x))),
    "lists.parquet": lambda x, file: pyarrow.parquet.write_table(
        list_table(x, pa.list_(pa.float32())), file, row_group_size=2
    ),
    "large.parquet": lambda x, file: pyarrow.parquet.write_table(
        list_table(x, pa.large_list(pa.float64())), file
    ),
    "fixed.parquet": lambda x, file: pyarrow.parquet.write_table(
        list_table(x, pa.list_(pa.float32(), x.shape[1])), file
    ),
    "wide.parquet": lambda x, file: pyarrow.parquet.write_table(wide_table(x), file),
    "file.arrow": lambda x, file: write_arrow(list_table(x, pa.list_(pa.float32())), file, pa.ipc.new_file),
    "stream.arrow": lambda x, file: write_arrow(wide_table(x), file, pa.ipc.new_stream),
    "packed.feather": lambda x, file: pyarrow.feather.write_feather(wide_table(x), file, compression="lz4"),
    "npy_named.parquet": write_npy,
    "parquet_named.npy": lambda x, file: pyarrow.parquet.write_table(wide_table(x), file),
    "stream_named.npz": lambda x, file: write_arrow(
        list_table(x, pa.list_(pa.float32())), file, pa.ipc.new_stream
    ),
}


@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-9, 9, width=16))
)
@example(np.zeros((3, 2), np.float32))
@settings(max_examples=20)
def test_a_matrix_reads_equal_from_every_form(x: Floats) -> None:
    with TemporaryDirectory() as folder:
        for name, write in FORMS.items():
            note(f"form: {name}")
            write(x, Path(folder) / name)
            matrix = read_matrix(Path(folder) / name, "embeddings")
            assert np.array_equal(matrix.finite(), x)
            assert np.array_equal(matrix.float32(), x)
