"""The media store as files: of a folder, or of S3, GCS and Azure through fsspec.

    <root>/<project>/<first two digits of the SHA-256>/<SHA-256>/original
    <root>/<project>/<first two digits of the SHA-256>/<SHA-256>/shown-<size>

Projects have folders of their own, so that equal bytes of two projects are two files.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import fsspec

from shoal.contracts.base import NAME_PATTERN
from shoal.media.sizes import STORED_SIZES
from shoal.media.store import DamagedFile, data_sha256
from shoal.messaging.errors import Transient

_ORIGINAL = "original"
_PROJECT = re.compile(NAME_PATTERN + r"\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}")

P = ParamSpec("P")
T = TypeVar("T")


class FsspecMedia:
    """Files below one address, such as `/var/lib/shoal/media` or `s3://bucket/media`."""

    def __init__(self, root: str) -> None:
        self._files, path = fsspec.core.url_to_fs(root, use_listings_cache=False)
        self._root = str(path).rstrip("/")
        self._is_local = "file" in _protocol_names(self._files)

    async def put(self, project: str, data: bytes) -> str:
        """Store an image as it was received; return its SHA-256."""
        sha256 = data_sha256(data)
        await _in_thread(self._write, self._path(project, sha256, _ORIGINAL), data)
        return sha256

    async def get(self, project: str, sha256: str) -> bytes | None:
        """Return an image as it was received. Raises DamagedFile."""
        data = await _in_thread(self._read, self._path(project, sha256, _ORIGINAL))
        if data is not None and data_sha256(data) != sha256:
            raise DamagedFile(f"the file of media {sha256} in project {project} has other bytes")
        return data

    async def get_intact(self, project: str, names: Sequence[str]) -> list[bytes | None]:
        """Return images by their SHA-256, read together; None for those that are missing or damaged.

        Object storage answers all reads in the time of one; a local disk needs one thread for all.
        """
        paths = [self._path(project, sha256, _ORIGINAL) for sha256 in names]
        if self._is_local:
            images = await _in_thread(lambda: [self._read(path) for path in paths])
        else:
            images = await asyncio.gather(*(_in_thread(self._read, path) for path in paths))
        return [
            image if image is not None and data_sha256(image) == sha256 else None
            for image, sha256 in zip(images, names, strict=True)
        ]

    async def put_shown(self, project: str, sha256: str, size: int, data: bytes) -> None:
        """Store a picture."""
        await _in_thread(self._write, self._path(project, sha256, _shown_name(size)), data)

    async def get_shown(self, project: str, sha256: str, size: int) -> bytes | None:
        """Return a picture; None if it was not stored yet."""
        return await _in_thread(self._read, self._path(project, sha256, _shown_name(size)))

    async def remove(self, project: str, sha256: str) -> None:
        """Remove an image and its pictures, the image last: until it is gone, the removal can be repeated."""
        names = [*map(_shown_name, STORED_SIZES), _ORIGINAL]
        for name in names:
            await _in_thread(self._remove, self._path(project, sha256, name))
        if self._is_local:
            await _in_thread(_remove_folder, Path(self._path(project, sha256, _ORIGINAL)).parent)

    def _path(self, project: str, sha256: str, name: str) -> str:
        if not _PROJECT.match(project) or not _SHA256.fullmatch(sha256):
            raise ValueError(f"no name of a file: {project!r}, {sha256!r}")
        return f"{self._root}/{project}/{sha256[:2]}/{sha256}/{name}"

    def _write(self, path: str, data: bytes) -> None:
        """Write a file unless it is there with this size. Objects of S3, GCS and Azure appear complete."""
        if self._size(path) == len(data):
            return
        if self._is_local:
            _write_local(Path(path), data)
        else:
            self._files.pipe_file(path, data)

    def _size(self, path: str) -> int | None:
        try:
            return int(self._files.info(path)["size"])
        except FileNotFoundError:
            return None

    def _read(self, path: str) -> bytes | None:
        try:
            return bytes(self._files.cat_file(path))
        except FileNotFoundError:
            return None

    def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(path)


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the result of `work`. Raises Transient if the store cannot be reached, read or written."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except Exception as error:  # every fsspec package has errors of its own
        raise Transient(f"the media store is unavailable: {type(error).__name__}") from error


def _shown_name(size: int) -> str:
    return f"shown-{size}"


def _protocol_names(files: Any) -> tuple[str, ...]:
    protocol = files.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _write_local(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that a killed process leaves no part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _remove_folder(folder: Path) -> None:
    """Remove an image's folder and parts of files that a killed process left; keep it if a file is new."""
    for part in folder.glob(".part-*"):
        part.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
