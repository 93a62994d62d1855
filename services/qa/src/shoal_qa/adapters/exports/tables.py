"""Rows as tables: column types for the answers of every kind, in Parquet and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shoal_qa.adapters.exports.targets import Target, TargetFile
from shoal_qa.adapters.files.arrow_rows import COLUMN_TYPES, RowGroups, rows_table

Row = dict[str, Any]
GROUP = 10_000  # rows of a row group
_BATCH_ROWS = 500  # in memory as dictionaries at a time
_BATCH_BYTES, _GROUP_BYTES = 8 << 20, 64 << 20  # of texts and images, where they are long
_TEXT, _TEXTS, _REAL, _WHOLE = pa.string(), pa.list_(pa.string()), pa.float64(), pa.int32()


def _struct_type(**fields: pa.DataType) -> pa.DataType:
    return pa.struct(list(fields.items()))


_CORNERS = {"left": _REAL, "top": _REAL, "right": _REAL, "bottom": _REAL}
_BOX = _struct_type(label=_TEXT, **_CORNERS, attributes=_TEXTS)
_POLYGON = _struct_type(label=_TEXT, points=pa.list_(pa.list_(_REAL)), attributes=_TEXTS)
_SPAN = _struct_type(label=_TEXT, start=_WHOLE, end=_WHOLE, text=_TEXT, attributes=_TEXTS)
_ANSWERS = {
    "multi_choice": _struct_type(kind=_TEXT, labels=_TEXTS),
    "boxes": _struct_type(kind=_TEXT, width=_WHOLE, height=_WHOLE, boxes=pa.list_(_BOX)),
    "polygons": _struct_type(kind=_TEXT, width=_WHOLE, height=_WHOLE, polygons=pa.list_(_POLYGON)),
    "spans": _struct_type(kind=_TEXT, spans=pa.list_(_SPAN)),
    "ranking": _struct_type(kind=_TEXT, order=pa.list_(_TEXTS)),
    "pair": _struct_type(kind=_TEXT, choice=_TEXT),
    "number": _struct_type(kind=_TEXT, value=_REAL),
    "rating": _struct_type(kind=_TEXT, value=_WHOLE),
    "text": _struct_type(kind=_TEXT, text=_TEXT),
}
_CONTENT = _struct_type(
    turns=pa.list_(_struct_type(role=_TEXT, text=_TEXT)),
    prompt=_TEXT,
    candidates=pa.list_(_struct_type(id=_TEXT, text=_TEXT, model=_TEXT)),
)


def table_schema(kind: str, names: Sequence[str]) -> pa.Schema:
    """Return the columns of rows of a kind. names: of their columns, in order."""
    special = {"answer": _ANSWERS.get(kind, _TEXT), "content": _CONTENT}
    return pa.schema([(name, special.get(name) or COLUMN_TYPES.get(name, _TEXT)) for name in names])


class TableFile:
    """One Parquet file; a row group is in memory, and at most `_GROUP_BYTES` of it."""

    def __init__(self, file: TargetFile, schema: pa.Schema, group: int = GROUP) -> None:
        self.file = file
        self.rows = 0
        self._schema = schema
        self._groups = RowGroups(group, _GROUP_BYTES)
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._batch: list[Row] = []
        self._bytes = 0

    def add(self, row: Row, size: int = 0) -> None:
        """Write a row. size: bytes of its image."""
        self._batch.append(row)
        self._bytes += size + _row_size(row)
        self.rows += 1
        if len(self._batch) >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES:
            self._end_batch()

    def close(self) -> None:
        """Complete the file."""
        self._end_batch()
        self._write_groups(self._groups.rest())
        self._writer.close()
        self.file.close()

    def _end_batch(self) -> None:
        if self._batch:
            table = rows_table(self._batch, self._schema)
            self._batch, self._bytes = [], 0
            self._write_groups(self._groups.add(table))

    def _write_groups(self, groups: Iterable[pa.Table]) -> None:
        for table in groups:
            self._writer.write_table(table, row_group_size=len(table))
            self.file.rows += len(table)


def _row_size(row: Row) -> int:
    """Return the bytes of a row as JSON; its image, which JSON cannot hold, counts nothing."""
    return len(orjson.dumps(row, default=lambda _image: None))


class ParquetWriter:
    """One Parquet file for each split, with typed answers."""

    def __init__(self, target: Target, kind: str) -> None:
        self._target = target
        self._kind = kind
        self._tables: dict[str, TableFile] = {}

    def add(self, row: Row) -> None:
        """Write a row."""
        split = row["split"]
        if split not in self._tables:
            schema = table_schema(self._kind, list(row))
            self._tables[split] = TableFile(self._target.open(f"{split}.parquet"), schema)
        self._tables[split].add(row)

    def close(self) -> None:
        """Complete the files."""
        for table in self._tables.values():
            table.close()


class CsvWriter:
    """One CSV file (RFC 4180) for each split; lists and maps are JSON, null is empty."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._files: dict[str, tuple[TargetFile, io.TextIOWrapper, Any]] = {}

    def add(self, row: Row) -> None:
        """Write a row."""
        split = row["split"]
        if split not in self._files:
            file = self._target.open(f"{split}.csv")
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
            self._files[split] = (file, text, csv.writer(text))
            self._files[split][2].writerow(row)
        file, _, writer = self._files[split]
        writer.writerow([_csv_cell(value) for value in row.values()])
        file.rows += 1

    def close(self) -> None:
        """Complete the files."""
        for _, text, _ in self._files.values():
            text.close()


def _csv_cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
