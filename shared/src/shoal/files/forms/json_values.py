"""JSON values as the texts of cells."""

import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

# orjson rounds these to floats: 20 digits, and whole numbers written as 9007199254740993.0
_LONG_NUMBER = re.compile(r"[\s:\[,]-?(\d{20}|\d{16,}\.\d|\d\.\d{14,}[eE])")
LARGEST_WHOLE = 2**53  # above it, floats have no digits for units
LARGEST_FLOAT32 = 2**24


def parse_json(text: str) -> Any:
    """Return a JSON value; NaN and Infinity pass. Raises ValueError."""
    try:
        if _LONG_NUMBER.search(text):
            return json.loads(text, parse_float=_exact_number)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return json.loads(text)
    except RecursionError:
        raise ValueError("lists and objects are nested too deeply") from None


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
