"""JSON arrays, and JSON objects that span lines or share one."""

import json
import re
from collections.abc import Iterator

from shoal.files.errors import BadInput
from shoal_ingest.usecases.sending.log_entries import Entry

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_BETWEEN = re.compile(r"[ \t\r\n\ufeff]*,?[ \t\r\n\ufeff]*")
_NEW_LINE = re.compile(r"\r\n|\r|\n")


def starts_with_value(whole: bytes) -> bool:
    """Return whether the text starts with a JSON array, or with an object that can be read."""
    if whole.lstrip().startswith(b"["):
        return True
    try:
        text = whole.decode()
        start = _skip_space(text, 0)
        _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return False
    return True


def json_values(name: str, whole: bytes) -> Iterator[Entry]:
    """Yield the items of JSON arrays, numbered from 1, and objects by the line on which they begin.

    Raises BadInput for an array that is not JSON to its end, before any of its items.
    """
    text = _decoded_text(name, whole)
    position, number, line, counted = _skip_space(text, 0), 0, 1, 0
    while position < len(text):
        is_array = text[position] == "["
        line += len(_NEW_LINE.findall(text, counted, position))
        counted = position
        try:
            _, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise BadInput(_not_json_detail(name, text, position, error)) from None
        if is_array:
            for start, stop in _item_spans(text, position + 1):
                number += 1
                yield Entry(file=name, number=number, text=_one_line(text[start:stop]), unit="item")
        else:
            yield Entry(file=name, number=line, text=_one_line(text[position:end]))
        between = _BETWEEN.match(text, end)  # lines of an array without its brackets end with a comma
        position = between.end() if between else end


def _item_spans(text: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the items of a valid array that begins before `position`."""
    position = _skip_space(text, position)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        yield position, end
        between = _BETWEEN.match(text, end)
        position = between.end() if between else end


def _not_json_detail(name: str, text: str, position: int, error: Exception) -> str:
    at = getattr(error, "pos", position)
    line = 1 + len(_NEW_LINE.findall(text, 0, at))
    kind = "array" if text[position] == "[" else "object"
    if at >= len(text.rstrip()) or str(error).startswith("Unterminated"):
        begun = 1 + len(_NEW_LINE.findall(text, 0, position))
        return f"{name} is cut off: the JSON {kind} that begins in line {begun:,} does not end; complete the file"
    cause = getattr(error, "msg", str(error))
    return f"{name} line {line:,}: not JSON: {cause}; give a JSON array, or one JSON object per line"


def _decoded_text(name: str, whole: bytes) -> str:
    try:
        return whole.decode()
    except UnicodeDecodeError as error:
        line = 1 + whole.count(b"\n", 0, error.start)
        fix = "convert it to UTF-8, for instance with iconv -f WINDOWS-1252 -t UTF-8"
        raise BadInput(
            f"{name} line {line:,}: byte {error.start + 1:,} of the file is not UTF-8; {fix}"
        ) from None


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _one_line(text: str) -> bytes:
    """Return a JSON value on one line: inside of strings, line ends are always escaped."""
    return _NEW_LINE.sub(" ", text).encode()
