"""The data files of a dataset version while it is written, on the local disk."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shoal_qa.adapters.files.arrow_rows import COLUMN_TYPES, RowGroups, rows_table

ROWS = 10_000  # of a row group: another number would give other bytes to versions that are rebuilt
JSONL, PARQUET = "data.jsonl", "data.parquet"
_READ = 1 << 20
_JSON = ("answer", "content")  # columns that have no fixed shape


class DraftFiles:
    """data.jsonl and data.parquet in a folder; equal rows give equal bytes, however they arrive.

    terms: what the version's name depends on besides its rows.
    """

    def __init__(self, folder: Path, terms: bytes) -> None:
        self._folder = folder
        self._name = hashlib.sha256(terms + b"\n")
        self._jsonl = (folder / JSONL).open("wb")
        self._parquet: pq.ParquetWriter | None = None
        self._groups = RowGroups(ROWS)
        self._rows = 0

    async def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows, which have the same columns always."""
        await asyncio.to_thread(self._add, rows)

    async def finish(self) -> list[dict[str, Any]]:
        """Complete the files; return path, sha256, bytes and rows of each."""
        return await asyncio.to_thread(self._finish)

    def digest(self) -> str:
        """Return the hash of terms and rows, in hexadecimal."""
        return self._name.hexdigest()

    def paths(self) -> dict[str, Path]:
        """Return the files by name."""
        return {name: self._folder / name for name in (JSONL, PARQUET)}

    def close(self) -> None:
        """Close the files, complete or not."""
        self._jsonl.close()
        if self._parquet is not None:
            self._parquet.close()

    def _add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)
            self._name.update(line)
            self._jsonl.write(line)
        self._rows += len(rows)
        if rows:
            self._write_groups(self._groups.add(draft_table(rows)))

    def _write_groups(self, groups: Iterable[pa.Table]) -> None:
        for table in groups:
            if self._parquet is None:
                self._parquet = pq.ParquetWriter(self._folder / PARQUET, table.schema, compression="zstd")
            self._parquet.write_table(table, row_group_size=ROWS)

    def _finish(self) -> list[dict[str, Any]]:
        self._write_groups(self._groups.rest())
        self.close()
        return [_file_facts(path, self._rows) for path in self.paths().values()]


@asynccontextmanager
async def open_draft(terms: bytes) -> AsyncIterator[DraftFiles]:
    """Yield files in a folder of their own, which is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="shoal-dataset-") as folder:
        draft = DraftFiles(Path(folder), terms)
        try:
            yield draft
        finally:
            await asyncio.to_thread(draft.close)


def draft_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as a table with fixed column types; answers and content are JSON."""
    schema = pa.schema([(name, COLUMN_TYPES.get(name, pa.string())) for name in rows[0]])
    names = [name for name in _JSON if name in rows[0]]
    if not names:
        return rows_table(rows, schema)
    return rows_table([{**row, **{name: _json_text(row[name]) for name in names}} for row in rows], schema)


def _json_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _file_facts(path: Path, rows: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_READ):
            digest.update(part)
    return {"path": path.name, "sha256": digest.hexdigest(), "bytes": path.stat().st_size, "rows": rows}
