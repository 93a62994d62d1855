"""Decode an image, of a file or of bytes; the content determines the format, not the name."""

import io
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 1 << 28  # 1 GiB in Pillow's memory
LARGE_PIXELS = 1 << 25  # such images are decoded one at a time, so that threads do not multiply their memory
MOST_SIDE = 65_500
"""Pixels of the longer side of an image that is accepted over the network; JPEG holds no longer one."""
# Pillow's other formats run Ghostscript (EPS), read placeholders only (HDF5) or take any bytes (TGA, PCX).
_FORMATS = (
    "PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "HEIF",
    "JPEG2000", "ICO", "ICNS", "PPM", "PSD", "QOI", "DDS", "SGI"
)  # fmt: skip
SENT_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Pillow's names of the formats that are accepted over the network: those with the best tried decoders."""
CAMERAS = frozenset({".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw"})
_CONVERT = "convert it to PNG or JPEG"
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_STARTS = (
    (b"version https://git-lfs", "a Git LFS pointer: run git lfs pull"),
    (b"<!doctype html", "a web page: download the image again"),
    (b"<html", "a web page: download the image again"),
    (b"%pdf", f"a PDF document: {_CONVERT}"),
    (b"%!ps", f"a PostScript drawing: {_CONVERT}"),
    (b"\xff\x0a", f"a JPEG XL image: {_CONVERT}"),
    (b"\x00\x00\x00\x0cjxl ", f"a JPEG XL image: {_CONVERT}"),
    (b"\x1f\x8b", "a .gz file: unpack it"),
    (b"pk\x03\x04", "a .zip file: unpack it"),
    (b"{", "JSON, not an image"),
)
_METADATA = re.compile("MAX_TEXT_CHUNK|MAX_TEXT_MEMORY")  # Pillow's limits of 1 MiB and 64 MiB, unpacked
_large = threading.Lock()


class BadPicture(ValueError):
    """The reason why a file is not read as an image."""


@contextmanager
def open_picture(file: Path) -> "Iterator[Image.Image]":
    """Open a file and decode its first frame. Raises BadPicture, also for errors of the caller's block."""
    try:
        _check_kind(file)
        with file.open("rb") as raw:
            head = raw.read(512)
            _check_suffix(file, head)
            formats = picture_formats(file)
            _check_start(head, formats)
            raw.seek(0)
            with _decoded_image(raw, formats, MOST_PIXELS) as image:
                yield image
    except FileNotFoundError:
        raise BadPicture("a link that leads nowhere" if file.is_symlink() else "does not exist") from None
    except OSError as error:
        raise BadPicture(error.strerror or f"damaged: {error}") from None


@contextmanager
def open_bytes(data: bytes, most_pixels: int = MOST_PIXELS) -> "Iterator[Image.Image]":
    """Decode the first frame of an image that somebody sent; only the formats of SENT_FORMATS are tried.

    most_pixels: width times height, checked before the pixels are decoded, as is MOST_SIDE. Raises
    BadPicture, also for errors of the caller's block.
    """
    formats = [name for name in SENT_FORMATS if name in _known_formats()]
    _check_start(data[:512], formats)
    with _decoded_image(io.BytesIO(data), formats, most_pixels, MOST_SIDE) as image:
        yield image


@contextmanager
def _decoded_image(
    raw: IO[bytes], formats: Sequence[str], most_pixels: int, most_side: int | None = None
) -> "Iterator[Image.Image]":
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(raw, formats=list(formats)) as image:
            _check_size(image, most_pixels, most_side)
            with _large if image.width * image.height > LARGE_PIXELS else nullcontext():
                image.load()
                yield image
    except (BadPicture, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(f"more than {most_pixels:,} pixels in all: make it smaller") from None
    except UnidentifiedImageError:
        raise BadPicture(f"damaged, or not an image; if a program opens it, {_CONVERT}") from None
    except OSError as error:
        raise BadPicture(error.strerror or f"damaged: {error}") from None
    except Exception as error:  # Pillow's decoders raise nearly everything for damaged files
        if isinstance(error, ValueError) and _METADATA.search(str(error)):
            raise BadPicture("a text or profile in it is too large: save it without metadata") from None
        raise BadPicture(f"damaged: {error or type(error).__name__}") from None


def is_picture(file: Path) -> bool:
    """Return whether a file of any name starts as an image that can be read."""
    from PIL import Image

    try:
        with file.open("rb") as raw, Image.open(raw, formats=picture_formats(file)):
            return True
    except Exception:  # as above: whatever the decoder says, it is no image
        return False


def picture_formats(file: Path) -> list[str]:
    """Return Pillow's names of the formats that a file may have."""
    return [*_known_formats(), "TGA"] if file.suffix.lower() == ".tga" else list(_known_formats())


@cache
def _known_formats() -> tuple[str, ...]:
    from PIL import Image

    Image.init()
    try:
        from pi_heif import register_heif_opener  # optional: its library is LGPL
    except ImportError:
        pass
    else:
        register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow warns above it; `_check_size` refuses
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _check_kind(file: Path) -> None:
    """Raise BadPicture for folders and pipes; opening a pipe would wait for ever."""
    mode = file.stat().st_mode
    if S_ISDIR(mode):
        raise BadPicture("a folder that cannot be listed")
    if not S_ISREG(mode):
        raise BadPicture("a pipe or device")


def _check_suffix(file: Path, head: bytes) -> None:
    """Raise BadPicture for names of formats that their content does not tell apart."""
    suffix = file.suffix.lower()
    if head and suffix in CAMERAS:  # Pillow would read the thumbnail in it
        raise BadPicture(f"a camera's raw file: {_CONVERT}")
    if head and suffix in (".svg", ".svgz"):
        raise BadPicture(f"an SVG drawing: {_CONVERT}")


def _check_start(head: bytes, formats: Sequence[str]) -> None:
    """Raise BadPicture for content that people often find under an image's name. formats: those to read."""
    if not head:
        raise BadPicture("an empty file")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in start:
        raise BadPicture(f"an SVG drawing: {_CONVERT}")
    for mark, reason in _STARTS:
        if start.startswith(mark):
            raise BadPicture(reason)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF and "HEIF" not in formats:
        hint = "" if "HEIF" in _known_formats() else ", or install pi-heif"
        raise BadPicture(f"a HEIC image: {_CONVERT}{hint}")


def _check_size(image: "Image.Image", most_pixels: int, most_side: int | None) -> None:
    if most_side is not None and max(image.size) > most_side:
        pixels = f"{image.width:,} x {image.height:,} pixels"
        raise BadPicture(f"{pixels}, more than {most_side:,} on one side: make it smaller")
    if image.width * image.height > most_pixels:
        pixels = f"{image.width:,} x {image.height:,} pixels"
        raise BadPicture(f"{pixels}, more than {most_pixels:,} in all: make it smaller")
