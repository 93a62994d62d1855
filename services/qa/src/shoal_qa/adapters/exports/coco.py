"""COCO: `annotations/instances_<split>.json`, and the images under `images/<split>/`."""

import shutil
import tempfile
from typing import IO, Any

import orjson

from shoal_qa.adapters.exports.images import ReadImage
from shoal_qa.adapters.exports.targets import Target, TargetFile
from shoal_qa.domain.exports.coco import coco_annotations, coco_categories, coco_image
from shoal_qa.domain.exports.names import image_name
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]
_IN_MEMORY = 8 << 20  # bytes of a split's annotations, before they go to a temporary file


class _Instances:
    """The file of one split. Annotations wait in a temporary file until all images are written."""

    def __init__(self, file: TargetFile, head: dict[str, Any]) -> None:
        self.file = file
        self._waiting: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._objects = 0
        for name, value in head.items():
            opening = b"{" if not file.size else b","
            file.write(opening + orjson.dumps(name) + b":" + orjson.dumps(value))
        file.write(b',"images":[')

    def add(self, row: Row, categories: dict[str, int]) -> None:
        """Write the image of a row and its objects."""
        number = self.file.rows + 1
        self.file.write((b",\n" if self.file.rows else b"\n") + orjson.dumps(coco_image(row, number)))
        self.file.rows = number
        for item in coco_annotations(row, number, first=self._objects + 1, categories=categories):
            self._waiting.write((b",\n" if self._objects else b"\n") + orjson.dumps(item))
            self._objects += 1

    def close(self) -> None:
        """Complete the file."""
        self.file.write(b'],"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self.file)
        self._waiting.close()
        self.file.write(b"]}")
        self.file.close()


class CocoWriter:
    """Writes boxes and polygons."""

    def __init__(self, target: Target, version: Version, read_image: ReadImage) -> None:
        self._target = target
        self._read_image = read_image
        self._categories = {name: number for number, name in enumerate(version.classes, 1)}
        manifest = version.manifest
        description = f"{manifest['dataset']} {manifest['version']}"
        self._head = {
            "info": {"description": description, "date_created": manifest["published_at"]},
            "licenses": [],
            "categories": coco_categories(self._categories),
        }
        self._splits: dict[str, _Instances] = {}

    def add(self, row: Row) -> None:
        """Write a row, and its image if the media store has it."""
        split = row["split"]
        if split not in self._splits:
            file = self._target.open(f"annotations/instances_{split}.json")
            self._splits[split] = _Instances(file, self._head)
        self._splits[split].add(row, self._categories)
        if (image := self._read_image(row)) is not None:
            self._target.put(f"images/{split}/{image_name(row)}", image)

    def close(self) -> None:
        """Complete the files."""
        for instances in self._splits.values():
            instances.close()
