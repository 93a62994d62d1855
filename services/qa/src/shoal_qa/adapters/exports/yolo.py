"""YOLO: `data.yaml`, a file for each image under `labels/<split>/`, images under `images/<split>/`."""

import re
from contextlib import suppress
from typing import Any

import yaml

from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import cropped_png
from shoal_qa.adapters.exports.images import ReadImage
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.domain.exports.names import image_ending, image_name, sample_name
from shoal_qa.domain.exports.yolo import check_splits, split_key, yolo_lines
from shoal_qa.usecases.datasets.exports import Version

Row = dict[str, Any]
_LEFT_OUT = frozenset({"gif", "avif", "heic", "heif"})  # by some releases of Ultralytics, without a word
_WHOLE = (0.0, 0.0, 1.0, 1.0)
_LINE_END = re.compile("[\x85\u2028\u2029]")


class YoloWriter:
    """Writes boxes (detection) and polygons (segmentation)."""

    def __init__(self, target: Target, version: Version, read_image: ReadImage) -> None:
        """Prepare the files. Raises ValueError if data.yaml has no key for the name of a split."""
        check_splits(list(version.manifest["splits"]))
        self._target = target
        self._read_image = read_image
        self._classes = {name: number for number, name in enumerate(version.classes)}
        self._splits: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Write a row, and its image if the media store has it; without objects the file is empty."""
        split = row["split"]
        self._splits[split] = self._splits.get(split, 0) + 1
        text = "".join(line + "\n" for line in yolo_lines(row, self._classes))
        self._target.put(f"labels/{split}/{sample_name(row['sample_id'])}.txt", text.encode())
        if (image := self._read_image(row)) is not None:
            name, data = _readable_image(row, image)
            self._target.put(f"images/{split}/{name}", data)

    def close(self) -> None:
        """Write data.yaml: the folders of images below its own, and the names of classes by number."""
        folders = {split_key(split): f"images/{split}" for split in sorted(self._splits)}
        names = {number: name for name, number in self._classes.items()}
        document = {**folders, "names": names}
        # PyYAML reads the line ends of Unicode as blanks unless they are escaped.
        readable = not any(_LINE_END.search(name) for name in self._classes)
        with self._target.open("data.yaml") as file:
            file.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=readable).encode())
            file.rows = sum(self._splits.values())


def _readable_image(row: Row, image: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of an image, as PNG if trainers would leave it out by its ending."""
    if image_ending(row) in _LEFT_OUT:
        with suppress(BadPicture):
            return f"{sample_name(row['sample_id'])}.png", cropped_png(image, _WHOLE)
    return image_name(row), image
