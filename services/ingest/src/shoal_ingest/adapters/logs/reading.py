"""Read the entries of inference logs: JSON objects, one per line or over several lines, and JSON arrays."""

import gzip
import io
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from shoal.files.errors import BadInput
from shoal_ingest.adapters.logs.opening import BOM, log_name, open_log
from shoal_ingest.adapters.logs.values import json_values, starts_with_value
from shoal_ingest.usecases.sending.log_entries import Entry

MOST_LINE = 64 * 1024 * 1024
"""Longest line that is read, in bytes; ingest's limit of a request is lower by default."""
_PROBED = 20  # lines among which one must look like JSON
_REPORTED = 100  # entries between two reports
_CUT_OFF = (EOFError, zlib.error, OSError)


class CutOff(BadInput):
    """A file that cannot be read to its end; the entries before were yielded."""


def read_log(file: Path, report: Callable[[int], None] = lambda _position: None) -> Iterator[Entry]:
    """Yield the file's entries; blank lines are skipped but counted.

    report: called with the position in the file, in bytes. Raises BadInput for a file that is no inference
    log, and CutOff at the place where the file cannot be read any further.
    """
    name, last = log_name(file), 0
    try:
        with open_log(file) as (stream, raw):
            for entry in _entries_of(name, stream):
                yield entry
                last = entry.number
                if last % _REPORTED == 0 and raw.seekable():
                    report(raw.tell())
    except _CUT_OFF as error:
        raise CutOff(_cut_off_detail(name, last, error)) from None


def probe_log(file: Path) -> None:
    """Raise BadInput if the beginning of a regular file is no inference log."""
    try:
        next(read_log(file), None)
    except CutOff:
        return  # sending it reports how much can be read


def _cut_off_detail(name: str, last: int, error: Exception) -> str:
    where = f"after line {last:,}" if last else "at its start"
    cause = str(error)
    if isinstance(error, EOFError):
        cause = "the compressed file is cut off"
    elif isinstance(error, (gzip.BadGzipFile, zlib.error)):
        cause = f"the compressed file is damaged ({error})"
    return f"{name} cannot be read {where}: {cause}; repair the file and send it again"


def _entries_of(name: str, stream: BinaryIO) -> Iterator[Entry]:
    lines: Iterator[bytes] = _raw_lines(stream)
    head, error = _head_of(lines)
    texts = [text for line in head if (text := _entry_text(line))]
    if error is None and texts and _spans_lines(texts[0]):
        whole = b"".join(head) + stream.read()
        if starts_with_value(whole):
            yield from json_values(name, whole)
            return
        lines = io.BytesIO(whole[sum(len(line) for line in head) :])
    if texts and not any(text.startswith(b"{") for text in texts):
        raise _no_log(name, texts[0])
    for number, line in enumerate(itertools.chain(head, lines), start=1):
        if text := _entry_text(line):
            yield Entry(file=name, number=number, text=text, is_whole=len(line) <= MOST_LINE)
    if error is not None:
        raise error


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(MOST_LINE + 1):
        rest = line
        while len(rest) > MOST_LINE and not rest.endswith(b"\n"):  # only its length matters from here on
            rest = stream.readline(MOST_LINE + 1)
        yield line


def _head_of(lines: Iterator[bytes]) -> tuple[list[bytes], Exception | None]:
    """Return the first lines up to a number of non-blank ones, and the error that ended them."""
    head: list[bytes] = []
    try:
        for line in lines:
            head.append(line)
            if sum(1 for text in head if text.strip()) >= _PROBED:
                break
    except _CUT_OFF as error:
        return head, error
    return head, None


def _entry_text(line: bytes) -> bytes:
    """Return a line without white space and without the byte order marks of joined files."""
    return line.strip().removeprefix(BOM).lstrip()


def _spans_lines(text: bytes) -> bool:
    """Return whether the first line may be only a part of a JSON value, or hold several."""
    return text.startswith(b"[") or (text.startswith(b"{") and not _is_json(text))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _no_log(name: str, text: bytes) -> BadInput:
    shown = text[:40].decode(errors="replace")
    return BadInput(
        f"{name} is no inference log: it begins with {shown!r}; give one JSON object per line, "
        'such as {"project": ..., "source_id": ..., "text": ...}'
    )
