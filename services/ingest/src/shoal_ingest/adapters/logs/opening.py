"""Open inference logs: plain or gzip, from a file or standard input; name what they are otherwise."""

import gzip
import io
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from shoal.files.errors import BadInput

STDIN = Path("-")
BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_HEAD = 4096
_SPACE = b" \t\r\n"
_CHUNK = 1024 * 1024
_OTHER_FORMS = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or compress it with gzip",
    b"BZh": "compressed with bzip2: unpack it, or compress it with gzip",
    b"\xfd7zXZ": "compressed with xz: unpack it, or compress it with gzip",
    b"PAR1": "a Parquet file: write its rows as JSON, one object per line",
    b"SQLite format 3": "an SQLite database: write its rows as JSON, one object per line",
}
_WIDE = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def log_name(file: Path) -> str:
    """Return the file's name in messages."""
    return "standard input" if file == STDIN else str(file)


def check_file(file: Path) -> None:
    """Raise BadInput unless the file exists and can be read."""
    if file == STDIN:
        return
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}; check the path") from None
    if stat.S_ISDIR(mode):
        raise BadInput(f"{file} is a directory: name its files, for instance {file}/*.jsonl")
    try:
        file.open("rb").close() if stat.S_ISREG(mode) else None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None


def check_packing(file: Path) -> None:
    """Raise BadInput if a gzip file is damaged, as its lines may be wrong; one that is cut off passes."""
    with file.open("rb") as raw:
        if raw.read(len(_GZIP)) != _GZIP:
            return
    try:
        with gzip.open(file) as unpacked:
            while unpacked.read(_CHUNK):
                pass
    except EOFError:
        return
    except (OSError, zlib.error) as error:
        raise BadInput(f"{file} is a damaged gzip file: {error}; compress it again") from None


def is_regular(file: Path) -> bool:
    """Return whether the file can be read twice, unlike standard input and pipes."""
    return file != STDIN and file.is_file()


def file_size(file: Path) -> int:
    """Return the size of a regular file in bytes; 0 for others."""
    return file.stat().st_size if is_regular(file) else 0


@contextmanager
def open_log(file: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Yield the log's bytes, unpacked and without a byte order mark, and the file below, for its position.

    gzip is recognised by its first bytes, whatever the file's name. Raises BadInput for any other packing,
    for UTF-16 and UTF-32, and for binary files; EOFError and OSError for a file that is damaged at its start.
    """
    with _raw_file(file) as raw:
        packed = raw.peek(_HEAD)[:2] == _GZIP
        unpacked: Any = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
        head: bytes = unpacked.peek(_HEAD)[:_HEAD]
        _check_head(log_name(file), head)
        if head.startswith(BOM):
            unpacked.read(len(BOM))
        yield unpacked, raw


@contextmanager
def _raw_file(file: Path) -> Iterator[io.BufferedReader]:
    if file == STDIN:
        stream: Any = sys.stdin.buffer
        yield stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)
        return
    with file.open("rb") as raw:
        yield raw


def _check_head(name: str, head: bytes) -> None:
    for magic, form in _OTHER_FORMS.items():
        if head.startswith(magic):
            raise BadInput(f"{name} is {form}")
    encoding = next((text for mark, text in _WIDE.items() if head.startswith(mark)), None)
    if encoding is None and b"\x00" in head:
        if max(head[1::2].count(0), head[::2].count(0)) >= len(head) // 3:
            encoding = "UTF-16"
        elif not head.lstrip(BOM + _SPACE).startswith((b"{", b"[")):  # else only its line is refused
            raise BadInput(f"{name} is not text: give JSON, one object per line")
    if encoding:
        convert = f"iconv -f {encoding} -t UTF-8"
        raise BadInput(f"{name} is {encoding}: save it as UTF-8, for instance with {convert}")
