"""Versions of texts and of images with boxes, and a store of their images."""

import hashlib
from pathlib import Path

from shoal.contracts.answers import (
    Box,
    BoxesAnswer,
    ClassAnswer,
)
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    SingleChoiceSchema,
)
from shoal.contracts.samples import Content
from unit.qa.exports.exportkit import make_row, write_version

PNG = b"\x89PNG whatever the store holds"
SHA256 = hashlib.sha256(PNG).hexdigest()
IMAGE = Content(uri=f"media:{SHA256}", sha256=SHA256, media_type="image/png")
CLASSES = (LabelClass(name="wheat"), LabelClass(name="corn"))
BOX = Box(label="corn", left=0.1, top=0.2, right=0.3, bottom=0.6)
BOXES = BoxesAnswer(width=100, height=50, boxes=(BOX,))


def store_image(folder: Path) -> Path:
    """Store the image of the versions; return the address of the media store."""
    place = folder / "media" / "news" / SHA256[:2] / SHA256
    place.mkdir(parents=True)
    (place / "original").write_bytes(PNG)
    return folder / "media"


def boxes_version(folder: Path) -> Path:
    rows = [make_row(number, BOXES, IMAGE, ("train", "validation")[number % 2]) for number in range(4)]
    return write_version(folder, BoxesSchema(classes=CLASSES), rows)


def text_version(folder: Path, count: int = 3) -> Path:
    rows = [
        make_row(n, ClassAnswer(label=("wheat", "corn")[n % 2]), Content(text=f"text {n}"))
        for n in range(count)
    ]
    return write_version(folder, SingleChoiceSchema(classes=CLASSES), rows)
