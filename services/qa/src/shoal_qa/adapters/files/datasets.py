"""Dataset files, stored with fsspec (a folder, S3, GCS ...)."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import fsspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shoal_qa.usecases.dataset_files import MANIFEST

LEVELS = 4  # project, dataset, version, file
_PART = 1 << 20  # bytes in memory while a file is read
_TYPES = {
    "probability": pa.float64(),
    "agreement": pa.float64(),
    "inclusion_probability": pa.float64(),
    "votes": pa.int32(),
    "revision": pa.int32(),
    "annotation_ids": pa.list_(pa.string()),
    "tags": pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())])),
    "probabilities": pa.list_(pa.struct([("label", pa.string()), ("probability", pa.float64())])),
}
# Maps are lists of pairs in Parquet: Hugging Face's datasets reads no column of the type map.
_JSON = ("answer", "content")  # of other kinds than one class, whose columns have no fixed shape
_PAIRS = {"tags": ("name", "value"), "probabilities": ("label", "probability")}


class FsspecFiles:
    """Dataset files under one root address."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
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

    def parquet(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Return rows as Parquet, compressed by zstd, with fixed column types."""
        names = list(rows[0])
        arrays = [
            pa.array([_parquet_value(name, row[name]) for row in rows], _TYPES.get(name, pa.string()))
            for name in names
        ]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(arrays, names=names), buffer, compression="zstd")
        return buffer.getvalue()


def _parquet_value(name: str, value: Any) -> Any:
    """Return a value as its column has it: maps as pairs, sorted by their keys."""
    if name in _JSON:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    if name not in _PAIRS:
        return value
    return [dict(zip(_PAIRS[name], pair, strict=True)) for pair in sorted(value.items())]


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


def _write_files(address: str, files: Mapping[str, bytes]) -> None:
    filesystem, path = _open_storage(address)
    filesystem.makedirs(path, exist_ok=True)
    for name, data in files.items():
        filesystem.pipe_file(f"{path}/{name}", data)
