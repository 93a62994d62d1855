"""Encodings of text files: byte order marks, codecs by name, likely codecs of bytes that are not UTF-8."""

import codecs
import re
from collections.abc import Sequence

from shoal.files.errors import BadContent, BadInput

UTF8 = "utf-8"
# The mark of UTF-32 starts with that of UTF-16, so it is tested first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPED = re.compile("[\udc80-\udcff]+")  # bytes that could not be decoded, kept by "surrogateescape"
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte
_C1 = frozenset(range(0x80, 0xA0))  # control characters in Latin-1, letters and quotes in other codecs
_ASIAN = ("gb18030", "shift_jis", "euc_kr", "big5")
_SHOWN = 24  # characters of a cell in a message


def byte_order_mark(data: bytes) -> tuple[int, str | None]:
    """Return the length of the mark that `data` starts with, and its codec; (0, None) without one."""
    for mark, codec in MARKS:
        if data.startswith(mark):
            return len(mark), codec
    return 0, None


def checked_codec(name: str) -> str:
    """Return Python's name of a codec. Raises BadInput for one that does not exist or decodes no text."""
    try:
        "".encode(name)
        b"".decode(name)
        codec = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        raise BadInput(
            f"{name!r} is no encoding that Python knows: give one such as latin-1, windows-1252 or utf-16",
            field="encoding",
        ) from None
    return UTF8 if codec == "utf-8-sig" else codec


def has_one_byte_characters(codec: str) -> bool:
    """Return whether every byte is a character in a codec, as in Latin-1."""
    return len(bytes(range(256)).decode(codec, "replace")) == 256


def check_zero_bytes(data: bytes) -> None:
    """Raise BadContent for text of two or four bytes per character. data: the first bytes, without mark."""
    zeros = [data[start::4].count(0) for start in range(4)]
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) < 2 or 0 < min(even, odd) < max(even, odd) / 3:
        return
    if sum(zeros) < len(data) / 8 and data.decode(UTF8, "ignore").encode() == data:
        return  # a few zero bytes in UTF-8, as after a write that was cut off
    if even and odd:
        codec = "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be"
    else:
        codec = "utf-16-le" if odd else "utf-16-be"
    shown = codec.upper().removesuffix("-LE").removesuffix("-BE")
    raise BadContent(
        f", line 1 has the byte 0x00, as in {shown} without a byte order mark: give --encoding {codec}"
    )


def has_raw_bytes(text: str) -> bool:
    """Return whether a text holds bytes that could not be decoded."""
    return not text.isascii() and _ESCAPED.search(text) is not None


def has_half_characters(text: str) -> bool:
    """Return whether a text holds half of a pair of UTF-16 units, as JSON may."""
    return not text.isascii() and _HALVES.search(text) is not None


def describe_bytes(text: str, encoding: str) -> str:
    """Return a phrase about the first byte that could not be decoded."""
    match = _ESCAPED.search(text)
    assert match is not None
    return f"byte 0x{ord(match[0][0]) - 0xDC00:02X} is not {encoding.upper()}"


def encoding_fix(texts: Sequence[str]) -> str:
    """Return the fix for texts that are not UTF-8: likely encodings, and how the first text reads in them."""
    data = [text.encode(UTF8, "surrogateescape") for text in texts]
    readings = {codec: _excerpt_of(texts[0], codec) for codec in _likely_codecs(data)}
    first, *others = readings
    more = "".join(f", or {codec} ({readings[codec]!r})" for codec in others)
    return f"give --encoding {first}, which reads {readings[first]!r}{more}"


def _likely_codecs(data: Sequence[bytes]) -> list[str]:
    high = {byte for cell in data for byte in cell if byte >= 0x80}
    runs = [len(run) for cell in data for run in re.findall(rb"[\x80-\xff]+", cell)]
    asian = [codec for codec in _ASIAN if all(_can_decode(cell, codec) for cell in data)]
    if min(high) >= 0xC0 and sum(runs) > 3 * len(runs):  # letters of Cyrillic words, all of them
        return ["windows-1251", *asian[:1], "koi8-r", "iso-8859-7"]
    if asian and sum(runs) > 2 * len(runs):
        return asian[:2] if min(runs) > 1 else [*asian[:2], "windows-1251"]
    if sum(runs) > 3 * len(runs):
        return ["windows-1251", "koi8-r", "iso-8859-7"]
    if not high & _C1:
        return ["latin-1"]
    western = ("windows-1252", "mac_roman", "shift_jis")
    return [codec for codec in western if all(_can_decode(cell, codec) for cell in data)] or ["latin-1"]


def _can_decode(cell: bytes, codec: str) -> bool:
    try:
        cell.decode(codec)
    except UnicodeError:
        return False
    return True


def _excerpt_of(text: str, codec: str) -> str:
    match = _ESCAPED.search(text)
    start = 0 if match is None else max(0, match.start() - _SHOWN // 2)
    return text[start : start + _SHOWN].encode(UTF8, "surrogateescape").decode(codec, "replace")
