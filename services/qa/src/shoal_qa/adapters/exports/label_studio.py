"""Label Studio: `tasks.json` to import, and `interface.xml`, the labelling interface of its project."""

from typing import Any

import orjson

from shoal_qa.adapters.exports.targets import Target
from shoal_qa.domain.exports.label_studio import studio_task
from shoal_qa.domain.exports.label_studio_interface import check_class_names, studio_interface
from shoal_qa.domain.exports.losses import Unexportable
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]


class LabelStudioWriter:
    """Writes tasks with one annotation each."""

    def __init__(self, target: Target, version: Version) -> None:
        """Open the tasks. Raises ValueError if the name of a class cannot be in the interface."""
        check_class_names(version.classes)
        self._target = target
        self._schema = version.schema
        self._file = target.open("tasks.json")
        self._file.write(b"[")
        self._image: bool | None = None  # whether the first row is an image

    def add(self, row: Row) -> None:
        """Write a row. Raises Unexportable for ties, and for texts among images and images among texts."""
        task = studio_task(row)
        image = "image" in task["data"]
        if self._image is None:
            self._image = image
        if image != self._image:
            raise Unexportable("image_among_texts" if image else "text_among_images")
        self._file.write((b",\n" if self._file.rows else b"\n") + orjson.dumps(task))
        self._file.rows += 1

    def close(self) -> None:
        """Complete the tasks and write the interface."""
        self._file.write(b"\n]\n")
        self._file.close()
        with self._target.open("interface.xml") as file:
            file.write(studio_interface(self._schema, image=bool(self._image)).encode())
