"""CVAT's XML 1.1 of images: tags, boxes and polygons of one task or job, which one person annotated.

See https://docs.cvat.ai/docs/other/xml_format. The annotator is the assignee of the image's task or job,
else the file's name. A document type declaration is refused: CVAT writes none, and entities can grow without
limit.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, Outline, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.rows import ExportedVotes, VoteRows
from shoal.files.numbers import plain_number
from shoal.outlines import is_rotated
from shoal.wording import format_count

FORM = "CVAT XML for images"
_UNREAD = ("ellipse", "cuboid", "skeleton", "mask", "polyline", "points")
_MACHINE = "auto"  # source of what a model drew and nobody changed
_KINDS: Mapping[str, Kind] = {"tag": "classes", "box": "boxes", "polygon": "polygons"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CvatImage:
    """One image. boxes, polygons: the attributes of each. others: the names of shapes that are not read."""

    attributes: Mapping[str, str]
    tags: list[str] = field(default_factory=list)
    boxes: list[Mapping[str, str]] = field(default_factory=list)
    polygons: list[Mapping[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class CvatDocument:
    """The parts of one XML file that are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.images: list[CvatImage] = []
        self.assignee, self.video, self.machine_tags = "", False, 0
        self.assignees: dict[str, str] = {}  # of a project's tasks, by id
        self.machine_shapes = 0
        self._task = ""
        self._path: list[str] = []
        self._text = ""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_declaration
        parser.StartElementHandler = self._open_element
        parser.EndElementHandler = self._close_element
        parser.CharacterDataHandler = self._add_text
        try:
            parser.ParseFile(stream)
        except BadContent:
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise BadContent(f" is no well-formed XML: {error}") from None

    def _open_element(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "annotations":
            raise BadContent(f" is XML with the root {name}, of the XML files CVAT's for images 1.1 are read")
        if name == "image" and len(self._path) == 1:
            self.images.append(CvatImage(attributes=attributes))
        elif name == "tag" and self._path[-1] == "image":
            if attributes.get("source") == _MACHINE:
                self.machine_tags += 1
            else:
                self.images[-1].tags.append(attributes.get("label", ""))
        elif name in ("box", "polygon") and self._path[-1] == "image":
            shapes = self.images[-1].boxes if name == "box" else self.images[-1].polygons
            shapes.append(attributes)
            self.machine_shapes += attributes.get("source") == _MACHINE
        elif name in _UNREAD and self._path[-1] == "image":
            self.images[-1].others.append(name)
        self.video = self.video or name == "track"
        self._path.append(name)
        self._text = ""

    def _close_element(self, _name: str) -> None:
        match self._path[1:]:
            case ["meta", "task" | "job", "assignee", "username"]:
                self.assignee = self._text.strip()
            case ["meta", "project", "tasks", "task", "id"]:
                self._task = self._text.strip()
            case ["meta", "project", "tasks", "task", "assignee", "username"]:
                self.assignees[self._task] = self._text.strip()
        self._path.pop()
        self._text = ""

    def assignee_of(self, image: CvatImage) -> str:
        """Return the assignee of the image's task or job; "" without one. A project's manages the others."""
        return self.assignees.get(image.attributes.get("task_id", ""), self.assignee)

    def _add_text(self, text: str) -> None:
        self._text += text


def read_cvat(
    documents: Sequence[tuple[str, CvatDocument]], fields: VoteFields, *, notes: Sequence[str] = ()
) -> ExportedVotes:
    """Return the images' tags, boxes or polygons as votes. documents: with the name of each file.

    notes: about the files.
    """
    votes = VoteRows(form=FORM, notes=list(notes))
    for _, document in documents:
        if document.video:
            raise BadContent(" is CVAT's XML for video: export the task as `CVAT for images 1.1`")
    images = [
        (document.assignee_of(image) or name, image)
        for name, document in documents
        for image in document.images
    ]
    question = choose_question(_questions_of([image for _, image in images]), fields, FORM)
    column = fields.task or "name"
    votes.annotations = len(images)
    votes.tasks = len({image.attributes.get(column) for _, image in images})
    votes.notes += [f"label from {question}", _annotators_note(documents)]
    machine = sum(document.machine_tags for _, document in documents)
    shapes = sum(document.machine_shapes for _, document in documents)
    votes.notes += _unread_notes([image for _, image in images])
    votes.notes += [f"{name} without images" for name, document in documents if not document.images]
    if machine and question == "tag":
        votes.notes.append(f"{format_count(machine, 'tag')} of a machine (source auto) ignored")
    if shapes and question != "tag":
        votes.notes.append(
            f"{format_count(shapes, 'shape')} of a machine (source auto) that the annotator left as they were"
        )
    for annotator, image in images:
        try:
            if not image.attributes.get(column):
                raise BadAnswer(f"without {column}")
            text = answer_text(_KINDS[question], _value_of(image, question), fields.shape)
            where = f"image {image.attributes.get('name')} of {annotator}"
            votes.add(image.attributes[column], annotator, text, where=where)
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    return votes.votes()


def _questions_of(images: Sequence[CvatImage]) -> dict[str, Kind]:
    present = {
        "tag": any(image.tags for image in images),
        "box": any(image.boxes for image in images),
        "polygon": any(image.polygons for image in images),
    }
    return {name: kind for name, kind in _KINDS.items() if present[name]}


def _value_of(image: CvatImage, question: str) -> Any:
    if question == "box":
        return [_box_of(box) for box in _read_shapes(image, image.boxes)]
    if question == "polygon":
        return [_outline_of(polygon) for polygon in _read_shapes(image, image.polygons)]
    if not image.tags:
        raise BadAnswer("without a tag")
    return image.tags


def _read_shapes(image: CvatImage, shapes: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    """Return the shapes of the question.

    Raises BadAnswer if an image has only shapes that are not read, or only those of a machine, which do not
    show that the annotator saw the image. Beside a person's, they are what the annotator left as it was.
    """
    if shapes and all(shape.get("source") == _MACHINE for shape in shapes):
        raise BadAnswer("with shapes of a machine alone (source auto)")
    if image.others and not shapes:
        raise BadAnswer(f"with shapes that are not read ({', '.join(sorted(set(image.others)))})")
    return shapes


def _unread_notes(images: Sequence[CvatImage]) -> list[str]:
    count = Counter(name for image in images for name in image.others)
    shown = ", ".join(f"{number:,} {name}" for name, number in sorted(count.items()))
    return [f"shapes that are not read: {shown}"] if shown else []


def _refuse_declaration(*_: object) -> None:
    raise BadContent(" has a document type declaration, which CVAT never writes: it is not read")


def _annotators_note(documents: Sequence[tuple[str, CvatDocument]]) -> str:
    assigned = [bool(document.assignee_of(image)) for _, document in documents for image in document.images]
    if assigned and all(assigned):
        return "annotator from the assignee"
    if any(assigned):
        return "annotator from the assignee, else from the file's name"
    return "annotator from the file's name"


def _box_of(attributes: Mapping[str, str]) -> Region:
    try:
        ends = [plain_number(attributes[name]) for name in ("xtl", "ytl", "xbr", "ybr")]
    except (KeyError, ValueError):
        raise BadAnswer("with a box without corners") from None
    if is_rotated(attributes.get("rotation")):
        raise BadAnswer("with a rotated box")
    return ends, attributes.get("label", "")


def _outline_of(attributes: Mapping[str, str]) -> Outline:
    """Return an outline; its points are "x,y;x,y;x,y"."""
    points = [point.split(",") for point in attributes.get("points", "").split(";")]
    try:
        return [[plain_number(x), plain_number(y)] for x, y in points], attributes.get("label", "")
    except ValueError:
        raise BadAnswer("with a polygon whose points are no numbers") from None
