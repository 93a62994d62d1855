"""Read JSON lines, or a JSON array of objects, whatever the file's name."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from shoal.files.columns import Column, column_of
from shoal.files.encodings import UTF8, describe_bytes, encoding_fix, has_raw_bytes
from shoal.files.errors import BadContent
from shoal.files.faults import Fault, Faults
from shoal.files.forms.json_values import KEEP_ONE, RepeatedField, cell_texts, parse_json
from shoal.files.texts import Content

_NOT_BLANK = re.compile(r"\S")
_FORM = "give one JSON object with the columns as fields"
_TABLES_OF_PANDAS = 'write it with df.to_json(orient="records")'
Row = tuple[int, dict[str, Any]]  # the number of its line or its index, and the object


class Records:
    """A file of JSON objects, one per line or in an array. The columns are the fields of all objects."""

    def __init__(self, content: Content, *, one_a_line: bool) -> None:
        self.notes, self.encoding = list(content.notes), content.encoding
        self.faults: Faults = {}
        if not bytes(content.data[:1]):
            raise BadContent(" is empty: give JSON objects")
        self._one_a_line = one_a_line
        self._numbers: list[int] = []
        self._records: list[dict[str, Any]] = []
        self._read(content)
        self.names: Sequence[str] = list(dict.fromkeys(name for record in self._records for name in record))

    def holds_lists(self, name: str) -> bool:
        """Return whether the first object with a field has a list in it."""
        first = next((record[name] for record in self._records if record.get(name) is not None), None)
        return isinstance(first, list)

    @property
    def rows(self) -> Sequence[tuple[str, dict[str, Any]]]:
        """Where each object is in the file, and the object."""
        return [(self.where(row), record) for row, record in enumerate(self._records)]

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named fields as text: null, NaN and no field are empty, lists and objects are JSON.

        A field of numbers that are all whole is read as whole numbers, also where it was written as 1.0.
        """
        columns = {}
        for name in names:
            values = [record.get(name) for record in self._records]
            column = column_of(cell_texts(values))
            nested = {
                code
                for code, value in zip(column.code.tolist(), values, strict=True)
                if isinstance(value, (list, dict))
            }
            columns[name] = Column(column.code, column.texts, frozenset(nested))
        return columns

    def where(self, row: int) -> str:
        """Return "line 3", or "row 3" of an array, counted from 0."""
        return f"{'line' if self._one_a_line else 'row'} {self._numbers[row]}"

    def _read(self, content: Content) -> None:
        text = content.text()
        if self._one_a_line:
            items = _parsed_lines(text)
            if _are_no_objects(items) and text.lstrip()[:1] == "[":
                self._one_a_line = False
                self.notes.append("a JSON array")
                items = _array_items(text)
            elif _are_no_objects(items) and (several := _objects_in_sequence(text)):
                items = several
        elif (lines := _several_objects(text)) is not None:
            self._one_a_line, items = True, lines
            self.notes.append("JSON lines")
        else:
            content.check_decoded()
            items = _array_items(text)
        self._numbers = [number for number, _ in items]
        self._records = [item if isinstance(item, dict) else {} for _, item in items]
        what = "line" if self._one_a_line else "row"
        self.faults = {
            row: item if isinstance(item, Fault) else Fault(" is not a JSON object", _FORM)
            for row, (_, item) in enumerate(items)
            if not isinstance(item, dict)
        }
        if len(self.faults) == len(items) and items:
            first = self.faults[0]
            raise BadContent(f", {what} {self._numbers[0]}{first.detail}: {first.fix}")


def _parsed_lines(text: str) -> list[tuple[int, Any]]:
    """Return the number of each line that is not blank, and its value: None or a fault for a bad one."""
    end = "\n" if "\n" in text.rstrip("\r") else "\r"
    lines = [(number, line) for number, line in enumerate(text.split(end), start=1) if not _is_blank(line)]
    return [(number, _undecoded_fault(line) or _parsed_or_fault(line)) for number, line in lines]


def _objects_in_sequence(text: str) -> list[tuple[int, Any]]:
    """Return JSON objects over several lines each, and their first lines; none if the text is no such."""
    decoder, items, start = json.JSONDecoder(), list[tuple[int, Any]](), 0
    line = 1
    while (match := _NOT_BLANK.search(text, start)) is not None:
        line += text.count("\n", start, match.start())
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (RecursionError, ValueError):
            return []
        if not isinstance(value, dict):
            return []
        items.append((line, _parsed_or_fault(text[match.start() : end])))
        line += text.count("\n", match.start(), end)
        start = end
    return items


def _several_objects(text: str) -> list[tuple[int, Any]] | None:
    """Return the objects of JSON lines; None for one JSON value."""
    start = text.lstrip()
    if not start.startswith("{"):
        return None
    first = _parsed_or_fault(start.partition("\n")[0])
    if not isinstance(first, (dict, Fault)) or not start.partition("\n")[2].strip():
        return None
    return _parsed_lines(text)


def _array_items(text: str) -> list[tuple[int, Any]]:
    """Return the items of an array, which may be the only list of objects in an object."""
    try:
        value = parse_json(text)
    except RepeatedField as error:
        raise error.content() from None
    except ValueError as error:
        raise BadContent(f" is not JSON, or cut off: {error}: write it again") from None
    if isinstance(value, dict):
        value = _only_list(value)
    return list(enumerate(value)) if isinstance(value, list) else _refuse_value(value)


def _only_list(value: dict[str, Any]) -> Any:
    lists = [item for item in value.values() if isinstance(item, list) and item]
    lists = [item for item in lists if all(isinstance(row, dict) for row in item)]
    if len(lists) == 1:
        return lists[0]
    if value and all(isinstance(item, dict) for item in value.values()):
        raise BadContent(f" holds one JSON object for each column: {_TABLES_OF_PANDAS}")
    if {"columns", "data"} <= value.keys():
        raise BadContent(f" holds lists of columns and data: {_TABLES_OF_PANDAS}")
    return value


def _refuse_value(_value: Any) -> list[tuple[int, Any]]:
    raise BadContent(" holds no JSON array: give an array of objects, or name it .jsonl")


def _are_no_objects(items: Sequence[tuple[int, Any]]) -> bool:
    return not any(isinstance(item, dict) for _, item in items)


def _is_blank(line: str) -> bool:
    return not line.strip(" \t\r\n")


def _undecoded_fault(line: str) -> Fault | None:
    if not has_raw_bytes(line):
        return None
    return Fault(f": {describe_bytes(line, UTF8)}", encoding_fix([line]))


def _parsed_or_fault(line: str) -> Any:
    """Return a value, None for a text that is no JSON, and a fault for an object with a field twice."""
    try:
        return parse_json(line)
    except RepeatedField as error:
        return Fault(f" has the field {error.name!r} a second time in one object", KEEP_ONE)
    except ValueError:
        return None
