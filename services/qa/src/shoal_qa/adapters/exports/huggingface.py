"""The layout of a dataset on the Hugging Face Hub: Parquet shards under `data/`, and README.md, the card."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import ceil
from typing import Any

import orjson
import pyarrow as pa

from shoal_qa.adapters.exports.cards import dataset_card
from shoal_qa.adapters.exports.features import with_features
from shoal_qa.adapters.exports.images import ReadImage
from shoal_qa.adapters.exports.tables import GROUP, TableFile, table_schema
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.domain.exports.losses import Unexportable
from shoal_qa.domain.exports.names import image_name, is_image
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]
SHARD_ROWS = 100_000
_IMAGE_ROWS = 5000  # of a shard with images
_IMAGE_GROUP = 100
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


class HuggingFaceWriter:
    """Writes shards with typed columns; images are inside if the media store has them."""

    def __init__(self, target: Target, version: Version, read_image: ReadImage, *, with_images: bool) -> None:
        self._target = target
        self._version = version
        self._read_image = read_image
        self._has_store = with_images
        self._with_images = False  # until the first row is an image
        self._shard_rows = SHARD_ROWS
        self._numbers = {name: number for number, name in enumerate(version.classes)}
        self._by_number = version.schema["kind"] == "single_choice"
        self._tables: dict[str, TableFile] = {}
        self._shards: dict[str, int] = {}
        self._images = False

    def add(self, row: Row) -> None:
        """Write a row. Raises Unexportable for an image if the first row is a text."""
        if not self._shards:
            self._begin_shards(row)
        split, row = row["split"], self._typed_row(row)
        if split not in self._tables:
            self._tables[split] = self._next_table(split, list(row))
        self._tables[split].add(row, _image_size(row))
        if self._rows(split) == self._shard_rows:
            self._tables.pop(split).close()

    def close(self) -> None:
        """Complete the shards and write the card."""
        for table in self._tables.values():
            table.close()
        with self._target.open("README.md") as file:
            content = shards_digest(self._target.facts())
            card = dataset_card(self._version, sorted(self._shards), images=self._images, content=content)
            file.write(card.encode())

    def _begin_shards(self, row: Row) -> None:
        """Decide by the first row whether the samples are images, which make shards smaller."""
        self._images = is_image(row)
        self._with_images = self._has_store and self._images
        self._shard_rows = _IMAGE_ROWS if self._with_images else SHARD_ROWS

    def _typed_row(self, row: Row) -> Row:
        """Return a row with its image and the number of its class. Raises Unexportable."""
        if self._has_store and not self._with_images and is_image(row):
            raise Unexportable("image_among_texts")
        if self._by_number:
            row = {**row, "label": self._numbers[row["label"]]}
        if self._with_images:
            image = self._read_image(row)
            cell = None if image is None else {"bytes": image, "path": image_name(row)}
            row = {"image": cell, **row}
        return row

    def _next_table(self, split: str, names: list[str]) -> TableFile:
        number = self._shards.get(split, 0)
        self._shards[split] = number + 1
        total = max(1, ceil(self._version.manifest["splits"][split] / self._shard_rows))
        file = self._target.open(f"data/{split}-{number:05}-of-{total:05}.parquet")
        return TableFile(file, self._schema(names), _IMAGE_GROUP if self._with_images else GROUP)

    def _schema(self, names: list[str]) -> pa.Schema:
        plain = table_schema(self._version.schema["kind"], names)
        special = {"image": _IMAGE} | ({"label": pa.int64()} if self._by_number else {})
        schema = pa.schema([(field.name, special.get(field.name, field.type)) for field in plain])
        return with_features(schema, self._version.classes if self._by_number else [])

    def _rows(self, split: str) -> int:
        return self._tables[split].rows


def shards_digest(facts: Sequence[Mapping[str, Any]]) -> str:
    """Return a hash of the content of files. facts: path and sha256 of each file so far, in order."""
    names = [(file["path"], file["sha256"]) for file in facts if file["path"].startswith("data/")]
    return sha256(orjson.dumps(names)).hexdigest()


def _image_size(row: Row) -> int:
    image = row.get("image")
    return len(image["bytes"]) if image else 0
