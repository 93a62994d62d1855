"""Dataset files, stored with fsspec (a folder, S3, GCS ...)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from shoal_qa.adapters.files.drafts import DraftFiles, open_draft
from shoal_qa.adapters.files.folders import make_folder, write_errors
from shoal_qa.usecases.datasets.files import MANIFEST

LEVELS = 4  # project, dataset, version, file
_PART = 1 << 20  # bytes in memory while a file is read


class FsspecFiles:
    """Dataset files under one root address."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def draft(self, terms: bytes) -> AbstractAsyncContextManager[DraftFiles]:
        """Return the files of a new version, on the local disk."""
        return open_draft(terms)

    async def write(self, folder: str, files: Mapping[str, bytes | Path]) -> str:
        """Write files in order, the manifest last: a folder without a manifest is not a version."""
        await asyncio.to_thread(_write_files, self.address(folder), files)
        return self.address(folder)

    def address(self, folder: str) -> str:
        """Return the address of a folder below the root."""
        return f"{self._root}/{folder}"

    async def folders(self) -> list[str]:
        """Return the folders that have a manifest, by name."""
        return await asyncio.to_thread(_manifest_folders, self._root)

    async def size(self, folder: str, name: str) -> int | None:
        """Return the size of a file in bytes; None if it is missing."""
        return await asyncio.to_thread(_file_size, f"{self.address(folder)}/{name}")

    async def read(self, folder: str, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `stop`, at most a part of them in memory."""
        file = await asyncio.to_thread(_open_file, f"{self.address(folder)}/{name}", start)
        try:
            while start < stop and (part := await asyncio.to_thread(file.read, min(_PART, stop - start))):
                start += len(part)
                yield part
        finally:
            file.close()


def _open_storage(address: str) -> tuple[Any, str]:
    """Return the storage of an address and the path there, as it is now: replicas write to the same one."""
    filesystem, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    return filesystem, str(path)


def _manifest_folders(root: str) -> list[str]:
    filesystem, path = _open_storage(root)
    depth = len(PurePosixPath(path).parts)
    files = [PurePosixPath(file).parts[depth:] for file in filesystem.find(path, maxdepth=LEVELS)]
    return sorted("/".join(parts[:-1]) for parts in files if len(parts) == LEVELS and parts[-1] == MANIFEST)


def _file_size(address: str) -> int | None:
    filesystem, path = _open_storage(address)
    try:
        facts = filesystem.info(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return int(facts["size"]) if facts["type"] == "file" else None


def _open_file(address: str, start: int) -> Any:
    filesystem, path = _open_storage(address)
    file = filesystem.open(path, "rb")
    file.seek(start)
    return file


def _write_files(address: str, files: Mapping[str, bytes | Path]) -> None:
    filesystem, path = _open_storage(address)
    with write_errors(address):
        make_folder(filesystem, path)
        for name, data in files.items():
            if isinstance(data, Path):
                filesystem.put_file(str(data), f"{path}/{name}")
            else:
                filesystem.pipe_file(f"{path}/{name}", data)
