"""WebDataset: tar shards of one split each, with the files of a sample one after the other."""

import tarfile
from typing import Any

import orjson

from shoal_qa.adapters.exports.images import ReadImage
from shoal_qa.adapters.exports.targets import Target, TargetFile
from shoal_qa.domain.exports.losses import Unexportable
from shoal_qa.domain.exports.names import image_ending, sample_name
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]
SHARD_ROWS = 10_000
SHARD_BYTES = 500 << 20


class _Shard:
    def __init__(self, file: TargetFile) -> None:
        self.file = file

    def add(self, members: dict[str, bytes]) -> None:
        self.file.write(b"".join(part for name, data in members.items() for part in _tar_parts(name, data)))
        self.file.rows += 1

    def is_full(self) -> bool:
        return self.file.rows >= SHARD_ROWS or self.file.size >= SHARD_BYTES

    def close(self) -> None:
        end = self.file.size + 2 * tarfile.BLOCKSIZE
        self.file.write(bytes(2 * tarfile.BLOCKSIZE + -end % tarfile.RECORDSIZE))
        self.file.close()


def _tar_parts(name: str, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the header of a file, its data, and what fills its last block.

    Without times and owners, equal rows give equal bytes. GNU_FORMAT: names above 100 characters.
    """
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    header = entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return header, data, bytes(-len(data) % tarfile.BLOCKSIZE)


class WebDatasetWriter:
    """Writes each sample as `<id>.json` (its row), its content, and `<id>.cls` of single classes."""

    def __init__(self, target: Target, version: Version, read_image: ReadImage) -> None:
        self._target = target
        self._read_image = read_image
        self._classes = {name: number for number, name in enumerate(version.classes)}
        self._open: dict[str, _Shard] = {}
        self._numbers: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Write a row. Raises Unexportable if it is an image that the media store does not have."""
        members = self._members(row)
        split = row["split"]
        if split not in self._open:
            number = self._numbers.get(split, 0)
            self._numbers[split] = number + 1
            self._open[split] = _Shard(self._target.open(f"{split}-{number:06}.tar"))
        self._open[split].add(members)
        if self._open[split].is_full():
            self._open.pop(split).close()

    def close(self) -> None:
        """Complete the shards, and write the names of classes by their numbers."""
        for shard in self._open.values():
            shard.close()
        with self._target.open("classes.json") as file:
            file.write(orjson.dumps(list(self._classes)))

    def _members(self, row: Row) -> dict[str, bytes]:
        name = sample_name(row["sample_id"])
        members = {f"{name}.json": orjson.dumps(row)}
        if row.get("text") is not None:
            members[f"{name}.txt"] = row["text"].encode()
        elif row.get("uri"):
            if (image := self._read_image(row)) is None:
                raise Unexportable("no_image")
            members[f"{name}.{image_ending(row)}"] = image
        if row["label"] is not None:
            members[f"{name}.cls"] = str(self._classes[row["label"]]).encode()
        return members
