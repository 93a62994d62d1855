"""Split a JSON array into its elements, so that each is validated alone."""

import json
import re

_MOST_NAMES = 30_000  # names of fields in one element; validating so many takes 40 ms
# A text without its end matches up to the body's, so that no body takes more than linear time.
_TEXT = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_NESTING = re.compile(_TEXT + r"|[\[\]{}]", re.DOTALL)
_STRINGS = re.compile(_TEXT.encode(), re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
# Only the ends of elements matter here: numbers are not converted, and control characters are judged later.
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class NotJson(ValueError):
    """A body that is not JSON as a whole; the text says where."""


def split_array(body: bytes, most: int) -> list[bytes]:
    """Return the text of the first `most` elements of a JSON array. Raises NotJson if it is incomplete."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise NotJson(f"it is not UTF-8 at byte {error.start}") from error
    elements: list[bytes] = []
    index = _skip_space(text, 1)
    if text[index : index + 1] == "]":
        return _check_end(text, index, elements)
    while len(elements) < most:
        end = _end_of_element(text, index)
        elements.append(text[index:end].encode())
        index = _skip_space(text, end)
        if text[index : index + 1] == "]":
            return _check_end(text, index, elements)
        if text[index : index + 1] != ",":
            raise NotJson(f"a comma or ] is missing at character {index}")
        index = _skip_space(text, index + 1)
    return elements


def has_many_names(element: bytes) -> bool:
    """Return whether an element has more names of fields than can be validated at once."""
    return element.count(b":") > _MOST_NAMES and _STRINGS.sub(b"", element).count(b":") > _MOST_NAMES


def _check_end(text: str, index: int, elements: list[bytes]) -> list[bytes]:
    if _skip_space(text, index + 1) < len(text):
        raise NotJson(f"the array ends at character {index}, before the end of the body")
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
        raise NotJson(str(error)) from error


def _end_of_nested(text: str, index: int) -> int:
    """Return the end of an element that is nested too deeply for the scanner."""
    depth = 0
    for match in _NESTING.finditer(text, index):
        if match[0] in ("[", "{"):
            depth += 1
        elif match[0] in ("]", "}"):
            depth -= 1
        if depth == 0:
            return match.end()
    raise NotJson("the array ends too early")
