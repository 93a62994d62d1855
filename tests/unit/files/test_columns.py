"""Columns as distinct texts and a code per row."""

import numpy as np
import pyarrow as pa
import pytest

from shoal.files.columns import EMPTY, arrow_column, column_of, parse_times

CELLS = ["b", " a", None, "a", "", "NA ", "b"]


def test_names_of_rows_that_were_left_out_vanish() -> None:
    column = column_of(CELLS).rows(np.array([1, 2, 3, 4]))
    coded = column.coded()
    assert coded.names == ["a"]
    assert coded.code.tolist() == [0, EMPTY, 0, EMPTY]
    assert column_of(CELLS).emptied(np.array([0, 6])).coded().names == ["NA", "a"]
    assert column_of([]).coded().names == []


def test_missing_values_are_empty_with_blanks_around_too() -> None:
    assert column_of(CELLS).without({"NA", "a"}).cells() == ["b", "", "", "", "", "", "b"]
    assert column_of(CELLS).without(()).cells() == [cell or "" for cell in CELLS]


def test_renamed_names_are_joined_and_counted() -> None:
    coded = column_of(CELLS).coded()
    assert coded.counts() == {"NA": 1, "a": 2, "b": 2}
    assert coded.renamed({"NA": "b", "b": "c"}).counts() == {"a": 2, "b": 1, "c": 2}


@pytest.mark.parametrize("start", [0, 3])
def test_chunks_of_pyarrow_are_one_column(start: int) -> None:
    kind = pa.dictionary(pa.int32(), pa.string())
    chunks = [
        pa.array(cells, pa.string()).dictionary_encode().cast(kind) for cells in (CELLS, ["c", None, "b"])
    ]
    column = arrow_column(pa.chunked_array(chunks).slice(start))
    assert column.cells() == [cell or "" for cell in [*CELLS, "c", None, "b"][start:]]


def test_the_first_time_that_is_none_is_named() -> None:
    times, bad = parse_times(["1970-01-01T00:01:00+00:01", "1970-01-02", "soon"])
    assert bad is not None
    assert times is not None
    times, bad = parse_times(["1970-01-01T00:01:00+00:01", "1970-01-02"])
    assert times.tolist() == [0, 86400]
    assert bad is None
