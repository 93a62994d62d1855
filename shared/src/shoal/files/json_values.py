"""JSON values as the texts of cells."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

import orjson

_LONG_NUMBER = re.compile(r"[\s:\[,]-?\d{20}")  # orjson rounds these to floats
LARGEST_WHOLE = 2**53  # above it, floats have no digits for units


def parse_json(text: str) -> Any:
    """Return a JSON value; NaN and Infinity pass. Raises ValueError."""
    if _LONG_NUMBER.search(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def cell_texts(values: Sequence[Any]) -> list[str | None]:
    """Return the texts of one column: of null and NaN None, of lists and objects their JSON."""
    numbers = [value for value in values if isinstance(value, float) and not math.isnan(value)]
    if numbers and _are_whole(numbers) and not any(isinstance(value, str) for value in values):
        values = [
            int(value) if isinstance(value, float) and not math.isnan(value) else value for value in values
        ]
    return [_cell_text(value) for value in values]


def _are_whole(numbers: Sequence[float]) -> bool:
    return all(number.is_integer() and abs(number) < LARGEST_WHOLE for number in numbers)


def _cell_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return orjson.dumps(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return json.dumps(value)
