"""Read JSON lines, or a JSON array of objects."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from shoal.files.columns import Column, column_of
from shoal.files.errors import BadContent
from shoal.files.texts import open_text

_FORM = "give one JSON object with the columns as fields"


class Records:
    """A file of JSON objects, one per line or in an array. The columns are the fields of all objects."""

    def __init__(self, file: Path, *, one_a_line: bool) -> None:
        with open_text(file) as text:
            self._rows = list(_json_lines(text) if one_a_line else _array_items(text.read()))
        self.names: Sequence[str] = list(dict.fromkeys(name for _, record in self._rows for name in record))

    @property
    def rows(self) -> Sequence[tuple[str, dict[str, Any]]]:
        """Where each object is in the file, and the object."""
        return self._rows

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named fields as text; null and missing fields are empty, lists and objects are JSON."""
        return {name: column_of(_cell_text(record.get(name)) for _, record in self._rows) for name in names}

    def where(self, row: int) -> str:
        """Return "line 3", or "row 3" of an array, counted from 0."""
        return self._rows[row][0]


def _json_lines(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                record = None
            yield f"line {number}", _checked_record(record, f", line {number} is not a JSON object: {_FORM}")


def _array_items(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    records = orjson.loads(text)
    if not isinstance(records, list):
        raise BadContent(" holds no JSON array: give an array of objects, or name it .jsonl")
    for row, record in enumerate(records):
        yield f"row {row}", _checked_record(record, f", row {row} is not a JSON object: {_FORM}")


def _checked_record(record: Any, detail: str) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise BadContent(detail)
    return record


def _cell_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
