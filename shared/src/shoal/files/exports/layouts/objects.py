"""JSON files whose objects are not simply one a line or in an array."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.files.columns import Column, column_of
from shoal.files.errors import BadContent
from shoal.files.exports.records import Row
from shoal.files.exports.rows import few_names
from shoal.files.forms.json_values import RepeatedField, json_text, parse_json

_LISTS = ("tasks", "results", "items", "records", "data", "rows", "annotations")  # of an API's answer


class ObjectTable:
    """Objects in memory as a table."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self.names: Sequence[str] = list(dict.fromkeys(name for _, record in rows for name in record))

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named fields as text; null and missing fields are empty, lists and objects are JSON."""
        return {name: column_of(_cell_text(record.get(name)) for _, record in self._rows) for name in names}

    def where(self, row: int) -> str:
        """Return the place of an object: "line 3"."""
        return self._rows[row][0]


def rows_of_text(text: str, forms: str) -> list[Row]:
    """Return the objects of a JSON text: an array, JSON lines, an answer of an API, or columns by name.

    forms: the forms that are read, for the message. Raises BadContent.
    """
    if not text.strip():
        raise BadContent(" is empty: it needs objects")
    try:
        content = parse_json(text)
    except RepeatedField as error:
        raise error.content() from None
    except ValueError as error:
        rows = _line_objects(text)
        if rows is None:
            raise BadContent(f" is no JSON: {error}") from None
        return rows
    if isinstance(content, dict):
        names = few_names(list(content)) or "no fields"
        content = _unwrapped_objects(content)
        if content is None:
            raise BadContent(f" is a JSON object with {names}, which is no form of votes: {forms} are read")
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise BadContent(f" holds no JSON objects: {forms} are read")
    return [(f"row {row}", record) for row, record in enumerate(content)]


def _cell_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json_text(value)


def _line_objects(text: str) -> list[Row] | None:
    rows: list[Row] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                record = parse_json(line)
            except RepeatedField as error:
                raise RepeatedField(error.name, number).content() from None
            except ValueError:
                return None
            if not isinstance(record, dict):
                return None
            rows.append((f"line {number}", record))
    return rows or None


def _are_row_numbers(cells: dict[str, Any]) -> bool:
    """Return whether a column is {"0": cell, "1": cell, ...}, as pandas writes it."""
    return bool(cells) and all(name == str(row) for row, name in enumerate(cells))


def _unwrapped_objects(content: dict[str, Any]) -> Sequence[Any] | None:
    """Return the records of an object: of an API's answer, by id, or as columns, or itself."""
    values = list(content.values())
    if "result" in content and "task" in content:  # of Label Studio's target storage
        return [content]
    if ("annotations" in content and "data" in content) or "_task_hash" in content or "data_row" in content:
        return [content]
    if "categories" in content and "images" in content:  # COCO
        return None
    for name in _LISTS:
        records = content.get(name)
        if isinstance(records, list) and records and isinstance(records[0], dict):
            return records
    if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):  # of pandas
        return [
            dict(zip(content["columns"], row, strict=False))
            for row in content["data"]
            if isinstance(row, list)
        ]
    if len(values) > 1 and all(isinstance(value, dict) and _are_row_numbers(value) for value in values):
        return [{name: cells.get(row) for name, cells in content.items()} for row in values[0]]
    if values and all(isinstance(value, dict) for value in values):
        return [{"id": name, **record} for name, record in content.items()]
    if (
        values
        and all(isinstance(value, list) for value in values)
        and len({len(value) for value in values}) == 1
    ):
        return [dict(zip(content, cells, strict=True)) for cells in zip(*values, strict=True)]
    return None
