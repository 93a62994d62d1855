"""COCO files of votes: boxes or polygons of one annotator each.

The form is that of https://cocodataset.org/#format-data: images, annotations and categories. An image without
annotations is an answer, the empty one. Masks as run lengths are no outlines, and left out.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoal.files.encodings import UTF8, byte_order_mark
from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, Outline, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.records import name_text
from shoal.files.exports.rows import ExportedVotes, VoteRows
from shoal.files.forms.json_values import RepeatedField, parse_json
from shoal.files.numbers import plain_number
from shoal.outlines import is_rotated

FORM = "COCO"
_KINDS: Mapping[str, Kind] = {"bbox": "boxes", "segmentation": "polygons"}
_LISTS = ("images", "annotations", "categories")


@dataclass(frozen=True, slots=True)
class CocoImage:
    """One image of one annotator's file, and its annotations."""

    annotator: str
    fields: Mapping[str, Any]
    categories: Mapping[str, str]  # names by id
    annotations: list[Mapping[str, Any]] = field(default_factory=list)


def is_coco(content: Any) -> bool:
    """Return whether a document has COCO's three lists."""
    return isinstance(content, dict) and all(isinstance(content.get(name), list) for name in _LISTS)


def coco_document(content: bytes) -> Mapping[str, Any] | None:
    """Return a file's COCO document; None for other JSON. Raises BadContent for one that is damaged."""
    mark, codec = byte_order_mark(content)
    text = content[mark:].decode(codec or UTF8, "replace")
    if not all(f'"{name}"' in text for name in _LISTS):
        return None
    try:
        document = parse_json(text)
    except RepeatedField as error:
        raise error.content() from None
    except ValueError as error:
        if text.lstrip()[:1] != "{" or _has_lines_of_objects(text):
            return None
        raise BadContent(f" is damaged: {error}: write it again") from None
    return document if is_coco(document) else None


def _has_lines_of_objects(text: str) -> bool:
    """Return whether the first line is an object of its own, as in JSON lines."""
    try:
        return isinstance(parse_json(text.lstrip().partition("\n")[0]), dict)
    except ValueError:
        return False


def read_coco(
    documents: Sequence[tuple[str, Mapping[str, Any]]], fields: VoteFields, *, notes: Sequence[str] = ()
) -> ExportedVotes:
    """Return the annotations of images as votes. documents: with the name of the annotator of each.

    notes: about the files.
    """
    votes = VoteRows(form=FORM, notes=list(notes))
    images = [image for name, document in documents for image in _images_of(name, document, votes)]
    question = choose_question(_questions_of(images), fields, FORM)
    column = fields.task or "file_name"
    votes.annotations = sum(len(image.annotations) for image in images)
    votes.tasks = len({str(image.fields.get(column)) for image in images})
    names = "the file's name" if len(documents) == 1 else "the files' names"
    votes.notes += [f"label from {question}", f"annotator from {names}"]
    for image in images:
        try:
            task = image.fields.get(column)
            if not isinstance(task, (str, int)) or task == "":
                raise BadAnswer(f"without {column}")
            value = _value_of(image, question)
            text = answer_text(_KINDS[question], value, fields.shape)
            votes.add(str(task), image.annotator, text, where=f"image {task} of {image.annotator}")
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    return votes.votes()


def _images_of(annotator: str, document: Mapping[str, Any], votes: VoteRows) -> list[CocoImage]:
    categories = _categories_of(document)
    rows = [image for image in document["images"] if isinstance(image, dict)]
    count = Counter(name_text(image.get("id")) for image in rows)
    images = []
    for row in rows:
        if count[name_text(row.get("id"))] > 1:
            votes.leave_out("whose image has the id of another one")
        else:
            images.append(CocoImage(annotator, row, categories))
    if not images:
        votes.notes.append(f"{annotator} without images")
    by_id = {name_text(image.fields.get("id")): image for image in images}
    for annotation in document["annotations"]:
        image = by_id.get(name_text(annotation.get("image_id"))) if isinstance(annotation, dict) else None
        if image is None:
            votes.leave_out("of an image that the file does not list")
        else:
            image.annotations.append(annotation)
    return images


def _questions_of(images: Sequence[CocoImage]) -> dict[str, Kind]:
    present: defaultdict[str, bool] = defaultdict(bool)
    for image in images:
        for annotation in image.annotations:
            for name in _KINDS:
                present[name] |= bool(annotation.get(name))
    return {name: kind for name, kind in _KINDS.items() if present[name]}


def _categories_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of categories by id. Raises BadContent for two names of one id."""
    names: dict[str, str] = {}
    for row in document["categories"]:
        if isinstance(row, dict) and row.get("name"):
            number, name = str(name_text(row.get("id"))), str(row["name"])
            if names.setdefault(number, name) != name:
                raise BadContent(
                    f" ({FORM}) has two categories with the id {number}, {names[number]} and {name}: "
                    "give each one its own id"
                )
    return names


def _value_of(image: CocoImage, question: str) -> Sequence[Region] | Sequence[Outline]:
    labels = [_label_of(annotation, image.categories) for annotation in image.annotations]
    pairs = list(zip(image.annotations, labels, strict=True))
    if question == "bbox":
        if any(map(_is_rotated, image.annotations)):
            raise BadAnswer("with a rotated box")
        return [(_corners_of(annotation.get("bbox")), label) for annotation, label in pairs]
    return [
        (points, label)
        for annotation, label in pairs
        for points in _outlines_of(annotation.get("segmentation"))
    ]


def _label_of(annotation: Mapping[str, Any], categories: Mapping[str, str]) -> str:
    if annotation.get("iscrowd"):
        raise BadAnswer("with a crowd (iscrowd), which is no single object")
    label = categories.get(str(name_text(annotation.get("category_id"))))
    if label is None:
        raise BadAnswer("with a category_id that `categories` does not name")
    return label


def _is_rotated(annotation: Mapping[str, Any]) -> bool:
    """Return whether an annotation has an angle, as CVAT writes it into COCO's attributes."""
    attributes = annotation.get("attributes")
    return isinstance(attributes, dict) and is_rotated(attributes.get("rotation"))


def _corners_of(bbox: Any) -> list[float]:
    """Return left, top, right and bottom; COCO has left, top, width and height."""
    try:
        left, top, width, height = map(plain_number, bbox)
    except (OverflowError, TypeError, ValueError):
        raise BadAnswer("with a bbox that is not [left, top, width, height]") from None
    return [left, top, left + width, top + height]


def _outlines_of(segmentation: Any) -> list[list[list[float]]]:
    """Return the parts of an object, each an outline of its own; COCO has [x, y, x, y, ...]."""
    if isinstance(segmentation, dict):
        raise BadAnswer("with a mask as run lengths: export polygons")
    if segmentation == []:
        raise BadAnswer("with an object without an outline")
    try:
        parts = [[plain_number(end) for end in part] for part in segmentation]
        return [[list(point) for point in zip(ends[::2], ends[1::2], strict=True)] for ends in parts]
    except (OverflowError, TypeError, ValueError):
        raise BadAnswer("with a segmentation that is not [[x, y, x, y, ...], ...]") from None
