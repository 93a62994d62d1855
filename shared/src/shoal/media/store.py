"""The port of the media store: images by project and SHA-256, and the pictures of them that people see."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

URI_START = "media:"
"""Start of the URI of a file in the media store; its SHA-256 follows."""


class DamagedFile(Exception):
    """A stored file whose bytes do not have the SHA-256 of its name."""


class MediaStore(Protocol):
    """Files of projects. No method reaches a file of another project.

    Writes are atomic and may be repeated: a file is there completely or not at all.
    """

    async def put(self, project: str, data: bytes) -> str:
        """Store an image as it was received; return its SHA-256."""

    async def get(self, project: str, sha256: str) -> bytes | None:
        """Return an image as it was received; None if the project has none. Raises DamagedFile."""

    async def get_intact(self, project: str, names: Sequence[str]) -> list[bytes | None]:
        """Return images by their SHA-256, read together; None for those that are missing or damaged."""

    async def put_shown(self, project: str, sha256: str, size: int, data: bytes) -> None:
        """Store the picture of an image that people see at a size."""

    async def get_shown(self, project: str, sha256: str, size: int) -> bytes | None:
        """Return the picture of an image at a size; None if it was not stored yet."""

    async def remove(self, project: str, sha256: str) -> None:
        """Remove an image and its pictures; nothing happens if there are none."""


def data_sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def media_uri(sha256: str) -> str:
    """Return the URI of a file in the media store."""
    return URI_START + sha256
