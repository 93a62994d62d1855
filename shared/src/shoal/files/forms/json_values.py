"""JSON values as the texts of cells."""

import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from shoal.files.errors import BadContent

# orjson rounds these to floats: 20 digits, and whole numbers written as 9007199254740993.0
_LONG_NUMBER = re.compile(r"[\s:\[,]-?(\d{20}|\d{16,}\.\d|\d\.\d{14,}[eE])")
KEEP_ONE = "keep one of the two, for they may differ"
_SPACED_FIELD = re.compile(r'"\s+:')
_FIELD_OR_BRACE = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}]', re.DOTALL)
LARGEST_WHOLE = 2**53  # above it, floats have no digits for units
LARGEST_FLOAT32 = 2**24


class RepeatedField(ValueError):
    """An object with a field twice, of which readers of JSON silently take the last.

    name: the field's. line: of the second one in the text, from 1.
    """

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f"line {line} has the field {name!r} a second time in one object")
        self.name, self.line = name, line

    def content(self) -> BadContent:
        """Return the error of the whole file."""
        return BadContent(f", {self}: {KEEP_ONE}")


def parse_json(text: str) -> Any:
    """Return a JSON value; NaN and Infinity pass. Raises ValueError, of which RepeatedField is one."""
    try:
        value = _parse_value(text)
        if _may_repeat(text, value):
            json.loads(text, object_pairs_hook=lambda pairs: _check_names(pairs, text))
    except RecursionError:
        raise ValueError("lists and objects are nested too deeply") from None
    return value


def _parse_value(text: str) -> Any:
    if _LONG_NUMBER.search(text):
        return json.loads(text, parse_float=_exact_number)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _may_repeat(text: str, value: Any) -> bool:
    """Return whether a text may hold a field twice: a look at each object takes five times as long."""
    if not isinstance(value, (dict, list)) or "{" not in text:
        return False
    is_flat = isinstance(value, dict) and text.count("{") == 1
    return not is_flat or text.count('":') != len(value) or _SPACED_FIELD.search(text) is not None


def _check_names(pairs: list[tuple[str, Any]], text: str) -> None:
    """Raise RepeatedField if an object's fields have the same name."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise _repetition_in(text)


def _repetition_in(text: str) -> RepeatedField:
    """Return the first repetition of a field in a text that has one."""
    objects: list[set[str]] = []
    for match in _FIELD_OR_BRACE.finditer(text):
        if match[0] == "{":
            objects.append(set())
        elif match[0] == "}":
            objects.pop()
        elif match[2] is not None:
            name = json.loads(match[1], strict=False)
            if name in objects[-1]:
                return RepeatedField(name, text.count("\n", 0, match.start()) + 1)
            objects[-1].add(name)
    raise AssertionError("a text without a repeated field")


def json_text(value: Any, *, sort_keys: bool = False) -> str:
    """Return a value as JSON without spaces, also one with numbers of any length."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys)


def cell_texts(values: Sequence[Any]) -> list[str | None]:
    """Return the texts of one column: of null and NaN None, of lists and objects their JSON."""
    numbers = [value for value in values if isinstance(value, float) and not math.isnan(value)]
    if numbers and _are_whole(numbers) and not any(isinstance(value, str) for value in values):
        values = [
            int(value) if isinstance(value, float) and not math.isnan(value) else value for value in values
        ]
    return [_cell_text(value) for value in values]


def _exact_number(text: str) -> float | int:
    """Return a float, or a whole number that a float cannot hold."""
    number = float(text)
    if abs(number) < LARGEST_WHOLE or not math.isfinite(number):
        return number
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() and exact != Decimal(number) else number


def _are_whole(numbers: Sequence[float]) -> bool:
    return all(number.is_integer() and abs(number) < LARGEST_WHOLE for number in numbers)


def _cell_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return json_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return json.dumps(value)
