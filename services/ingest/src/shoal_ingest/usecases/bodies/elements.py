"""Split a JSON array into its elements, so that each is validated alone."""

import json
import math
import re
from typing import Any

_MOST_NAMES = 30_000  # names of fields in one element; validating so many takes 40 ms
# A text without its end matches up to the body's, so that no body takes more than linear time.
_TEXT = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_NESTING = re.compile(_TEXT + r"|[\[{]+|[\]}]+", re.DOTALL)  # runs: deep nesting is read at once
_STRINGS = re.compile(_TEXT.encode(), re.DOTALL)
_DEEPEST = 20  # levels of nesting that are read; the deepest field is a score, at level 3
_MOST_DIGITS = 300  # more are above float64
_KEPT = "surrogateescape"  # keeps bytes that are not UTF-8 as they are
_SPACE = re.compile(r"[ \t\r\n]*")
# Only the ends of elements matter here: numbers are not converted, and control characters are judged later.
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class NotJson(ValueError):
    """A body that is not JSON as a whole; the text says where."""


def split_array(body: bytes, most: int) -> list[bytes]:
    """Return the text of the first `most` elements of a JSON array. Raises NotJson if it is incomplete.

    An element that is no JSON or not UTF-8 ends where its brackets do, so that it costs no neighbour.
    """
    text = body.decode(errors=_KEPT)
    elements: list[bytes] = []
    index = _skip_space(text, 1)
    if text[index : index + 1] == "]":
        return _check_end(text, index, elements)
    while len(elements) < most:
        end = _end_of_element(text, index)
        elements.append(text[index:end].encode(errors=_KEPT))
        index = _skip_space(text, end)
        if text[index : index + 1] == "]":
            return _check_end(text, index, elements)
        if text[index : index + 1] != ",":
            raise NotJson(f"a comma or ] is missing at character {index + 1}")
        index = _skip_space(text, index + 1)
    return elements


def has_many_names(element: bytes) -> bool:
    """Return whether an element has more names of fields than can be validated at once."""
    return element.count(b":") > _MOST_NAMES and _STRINGS.sub(b"", element).count(b":") > _MOST_NAMES


def read_loosely(item: bytes) -> Any:
    """Return the value of JSON with faults that belong to a field.

    Nesting is cut at a depth that no field has, numbers without end are infinite, and half a surrogate pair
    stays. Raises NotJson for bytes that are not UTF-8, and ValueError for anything else.
    """
    try:
        text = item.decode()
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start + 1} is not UTF-8") from error
    return json.loads(_cut_nesting(text), parse_int=_bounded_int)


def _bounded_int(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else math.inf


def _cut_nesting(text: str) -> str:
    """Return JSON with null for lists and objects that are nested deeper than any field's."""
    parts: list[str] = []
    depth, begin = 0, 0
    for match in _NESTING.finditer(text):
        step = _steps_of(match)
        if depth <= _DEEPEST < depth + step:
            parts.append(text[begin : match.start() + _DEEPEST - depth])
        elif depth + step <= _DEEPEST < depth:
            parts.append("null")
            begin = match.start() + depth - _DEEPEST
        depth += step
    if depth > 0:
        raise NotJson("it ends inside a list or an object")
    return "".join((*parts, text[begin:]))


def _check_end(text: str, index: int, elements: list[bytes]) -> list[bytes]:
    if _skip_space(text, index + 1) < len(text):
        raise NotJson(f"the array ends at character {index + 1}, before the end of the body")
    return elements


def _skip_space(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return index if match is None else match.end()


def _end_of_element(text: str, index: int) -> int:
    try:
        return _SCANNER.raw_decode(text, index)[1]
    except RecursionError:
        return _end_of_nested(text, index)
    except json.JSONDecodeError as error:
        if text[index : index + 1] != "{":
            raise NotJson(f"an element of the array is no JSON at character {error.pos + 1}") from error
        return _end_of_nested(text, index)


def _end_of_nested(text: str, index: int) -> int:
    """Return the end of an element that the scanner cannot read: nested too deeply, or no JSON."""
    depth = 0
    for match in _NESTING.finditer(text, index):
        step = _steps_of(match)
        if depth + step <= 0:
            return match.start() + depth if depth else match.end()
        depth += step
    raise NotJson("the array ends too early")


def _steps_of(match: "re.Match[str]") -> int:
    """Return by how many levels the nesting changes: up for brackets that open, 0 for a text."""
    first = match[0][0]
    if first == '"':
        return 0
    return len(match[0]) if first in "[{" else -len(match[0])
