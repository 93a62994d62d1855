"""Text files, plain or compressed by gzip, in any encoding."""

import gzip
import io
import mmap
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from shoal.files.encodings import (
    UTF8,
    byte_order_mark,
    check_zero_bytes,
    checked_codec,
    describe_bytes,
    encoding_fix,
    has_one_byte_characters,
    has_raw_bytes,
)
from shoal.files.errors import BadContent
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.signatures import GZIP

_HEAD = 4096
_BLOCK = 1 << 24
_BINARY = {
    GZIP: "is compressed by gzip twice: uncompress it once",
    b"\x89PNG": "is an image: give a table",
    b"\xff\xd8\xff": "is an image: give a table",
    b"GIF87a": "is an image: give a table",
    b"GIF89a": "is an image: give a table",
    b"PK\x03\x04": "is a ZIP archive, as Excel's files are: save the table as CSV",
    b"\xd0\xcf\x11\xe0": "is a file of Excel: save the table as CSV",
    b"BZh": "is compressed by bzip2: uncompress it, or use gzip",
    b"\xfd7zXZ": "is compressed by xz: uncompress it, or use gzip",
    b"\x28\xb5\x2f\xfd": "is compressed by Zstandard: uncompress it, or use gzip",
    b"\x93NUMPY": "is a NumPy array: give a table such as CSV",
    b"SQLite format 3": "is a database of SQLite: save the table as CSV",
    b"%PDF": "is a PDF: give a table such as CSV",
    b"ORC": "is an ORC file: save the table as Parquet or CSV",
    b"FEA1": "is a file of Feather version 1: save the table as Parquet",
    b"Obj\x01": "is an Avro file: save the table as Parquet or JSON lines",
    b"\x89HDF": "is an HDF5 file: save the table as Parquet or CSV",
    b"\x80\x04": "is a pickle: save the table as Parquet or CSV",
    b"\x80\x05": "is a pickle: save the table as Parquet or CSV",
    b"{\\rtf": "is a document in RTF: save the table as CSV",
    b"<!DOCTYPE": "is a web page, perhaps of a login: download the file itself",
    b"<html": "is a web page, perhaps of a login: download the file itself",
    b"version https://git-lfs": "is a pointer of Git LFS: get the file itself with `git lfs pull`",
}


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a text file as UTF-8 without byte order mark; bytes that cannot be decoded stay.

    data: of bytes, or of the file mapped into memory. encoding: what the file was decoded from. notes:
    phrases for the summary.
    """

    data: memoryview
    encoding: str = UTF8
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the text; bytes that could not be decoded are lone surrogates."""
        return str(self.data, UTF8, "surrogateescape")

    def head(self, size: int) -> str:
        """Return the text of the whole lines in the first `size` bytes, or of these bytes if no line ends."""
        data = bytes(self.data[:size])
        if size < len(self.data):
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
            data = data[: end or size]
        return data.decode(UTF8, "surrogateescape")

    def count_lines(self) -> int:
        """Return the number of line ends: of LF, or of CR if there is no LF."""
        bytes_of = np.frombuffer(self.data, np.uint8)
        for end in (b"\n", b"\r"):
            count = sum(
                int(np.count_nonzero(bytes_of[start : start + _BLOCK] == end[0]))
                for start in range(0, len(bytes_of), _BLOCK)
            )
            if count:
                return count
        return 0

    def stream(self) -> TextIO:
        """Return the text as a stream with unchanged line ends."""
        data = io.BytesIO(self.data)
        return io.TextIOWrapper(data, encoding=UTF8, errors="surrogateescape", newline="")

    def check_decoded(self) -> None:
        """Raise BadContent for the first line with a byte that could not be decoded."""
        for number, line in enumerate(self.stream(), start=1):
            if has_raw_bytes(line):
                raise BadContent(
                    f", line {number}: {describe_bytes(line, self.encoding)}: {encoding_fix([line])}"
                )


def read_content(file: Path, options: ReadOptions = PLAIN) -> Content:
    """Return the content of a text file. Raises OSError, EOFError, zlib.error, BadContent and BadInput.

    A byte order mark determines the encoding, else `options` do, else it is UTF-8.
    """
    codec = None if options.encoding is None else checked_codec(options.encoding)
    data = uncompressed_bytes(file)
    check_no_binary(bytes(data[:64]))
    mark, marked = byte_order_mark(bytes(data[:4]))
    if marked is None and codec is None:
        check_zero_bytes(bytes(data[:_HEAD]))
    elif marked is None and codec not in (None, UTF8) and _is_utf8(data, codec):
        return Content(data, UTF8, [f"encoding UTF-8, not {options.encoding}"])
    return _decode_text(data[mark:], marked or codec or UTF8)


def open_text(file: Path, options: ReadOptions = PLAIN) -> TextIO:
    """Open a text file; line ends stay unchanged, a byte order mark is skipped.

    Raises OSError, BadInput, and BadContent for bytes that cannot be decoded.
    """
    content = read_content(file, options)
    content.check_decoded()
    return content.stream()


def first_bytes(file: Path, size: int = 16) -> bytes:
    """Return the first bytes of a file, uncompressed if gzip wrote them. Raises OSError."""
    with file.open("rb") as stream:
        if not file.is_file():  # a pipe is read once
            return b""
        start = stream.read(size)
        if not start.startswith(GZIP):
            return start
        stream.seek(0)
        with gzip.open(stream) as text:
            return text.read(size)


def uncompressed_bytes(file: Path) -> memoryview:
    """Return the bytes of a file, mapped into memory, or uncompressed if gzip wrote them. Raises OSError."""
    data = _mapped_bytes(file)
    if data[:2] == GZIP:
        return memoryview(gzip.decompress(data))
    if file.suffix.lower() == ".gz":
        raise BadContent(" cannot be read: its name ends in .gz, but gzip did not write it: rename it")
    return data


def _mapped_bytes(file: Path) -> memoryview:
    with file.open("rb") as stream:
        if not file.is_file() or not file.stat().st_size:  # a pipe cannot be mapped, nor an empty file
            return memoryview(stream.read())
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def check_no_binary(start: bytes) -> None:
    """Raise BadContent for the first bytes of a file that is no table, with what it is and what to do."""
    for magic, fault in _BINARY.items():
        if start.lower().startswith(magic.lower()):
            raise BadContent(f" {fault}")


def _is_utf8(data: memoryview, codec: str | None) -> bool:
    """Return whether text in another codec of one byte per character is UTF-8 beyond ASCII.

    Text in such a codec is hardly ever valid UTF-8 by chance, except for pairs of a letter and a sign, such
    as the ß and the no-break space of Latin-1, which give one of few odd characters.
    """
    if codec is None or not has_one_byte_characters(codec):
        return False
    try:
        text = str(data, UTF8)
    except UnicodeDecodeError:
        return False
    beyond = {character for character in text if character > "\x7f"} if not text.isascii() else set()
    return len(beyond) > 2 or any(
        ord(character) >= 0x800 or _can_encode(codec, character) for character in beyond
    )


def _can_encode(codec: str, character: str) -> bool:
    return character.encode(codec, "ignore") != b""


def _without_marks(data: memoryview) -> memoryview:
    """Return UTF-8 without byte order marks; some programs put one before the one that is there."""
    while bytes(data[: len(BOM_UTF8)]) == BOM_UTF8:
        data = data[len(BOM_UTF8) :]
    return data


def _decode_text(data: memoryview, codec: str) -> Content:
    if codec == UTF8:
        return Content(_without_marks(data))
    try:
        text = str(data, codec, "surrogateescape")
        utf8 = text.encode(UTF8, "surrogateescape")
    except UnicodeError as error:
        raise BadContent(f" is not {codec.upper()}: {error}: give another --encoding") from None
    return Content(_without_marks(memoryview(utf8)), codec, [f"encoding {codec.upper()}"])
