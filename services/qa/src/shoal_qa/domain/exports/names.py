"""Names of files for samples."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_PLAIN = re.compile(r"[a-z0-9_-]{1,100}")  # no dot: WebDataset ends a sample's name at the first one
_HASHED = re.compile(r"sha-[0-9a-f]{32}")
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # no names of files on Windows
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
}


def sample_name(sample_id: str) -> str:
    """Return a name for a sample's files, another one for each sample on every file system.

    It is the id, or `sha-` and a hash of an id that not every file system holds: one with other characters,
    or with capitals, which two ids may differ by.
    """
    return sample_id if _is_plain(sample_id) else f"sha-{sha256(sample_id.encode()).hexdigest()[:32]}"


def _is_plain(sample_id: str) -> bool:
    return bool(_PLAIN.fullmatch(sample_id)) and not (
        _HASHED.fullmatch(sample_id) or _DEVICES.fullmatch(sample_id)
    )


def image_ending(row: Mapping[str, Any]) -> str:
    """Return the ending of an image's file by its media type."""
    return _ENDINGS.get(row.get("media_type") or "", "jpg")


def image_name(row: Mapping[str, Any]) -> str:
    """Return the file name of a row's image."""
    return f"{sample_name(row['sample_id'])}.{image_ending(row)}"


def is_image(row: Mapping[str, Any]) -> bool:
    """Return whether a row's content is an image, and no text."""
    return row.get("text") is None and bool(row.get("uri"))
