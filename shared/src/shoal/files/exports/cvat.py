"""CVAT's XML 1.1 of images: tags and boxes of one task or job, which one person annotated.

See https://docs.cvat.ai/docs/other/xml_format. The annotator is the assignee, else the file's name. A
document type declaration is refused: CVAT writes none, and entities can grow without limit.
"""

from collections.abc import Mapping, Sequence
from typing import IO, Any
from xml.parsers import expat

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.rows import ExportedVotes, VoteRows

FORM = "CVAT XML for images"


class CvatDocument:
    """The parts of one XML file that are read. images: their attributes, tags and boxes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.images: list[tuple[dict[str, str], list[str], list[dict[str, str]]]] = []
        self.assignee, self.video, self.machine_tags = "", False, 0
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
        except expat.ExpatError as error:
            raise BadContent(f" is no well-formed XML: {error}") from None

    def _open_element(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "annotations":
            raise BadContent(f" is XML with the root {name}, of the XML files CVAT's for images 1.1 are read")
        if name == "image" and len(self._path) == 1:
            self.images.append((attributes, [], []))
        elif name == "tag" and self._path[-1] == "image":
            if attributes.get("source") == "auto":
                self.machine_tags += 1
            else:
                self.images[-1][1].append(attributes.get("label", ""))
        elif name == "box" and self._path[-1] == "image":
            self.images[-1][2].append(attributes)
        self.video = self.video or name == "track"
        self._path.append(name)
        self._text = ""

    def _close_element(self, name: str) -> None:
        if name == "username" and self._path[-2] == "assignee" and len(self._path) == 5:
            self.assignee = self._text.strip()  # annotations/meta/task/assignee/username
        self._path.pop()

    def _add_text(self, text: str) -> None:
        self._text += text


def read_cvat(documents: Sequence[tuple[str, CvatDocument]], fields: VoteFields) -> ExportedVotes:
    """Return the images' tags, or their boxes, as votes. documents: with the name of each file."""
    votes = VoteRows(form=FORM)
    for _, document in documents:
        if document.video:
            raise BadContent(" is CVAT's XML for video: export the task as `CVAT for images 1.1`")
    kinds: dict[str, Kind] = {}
    images = [(document.assignee or name, image) for name, document in documents for image in document.images]
    kinds |= {"tag": "classes"} if any(tags for _, (_, tags, _) in images) else {}
    kinds |= {"box": "boxes"} if any(boxes for _, (_, _, boxes) in images) else {}
    question = choose_question(kinds, fields, FORM)
    column = fields.task or "name"
    votes.annotations, votes.tasks = len(images), len({image[0].get(column) for _, image in images})
    votes.notes += [f"label from {question}", _annotators_note(documents)]
    machine = sum(document.machine_tags for _, document in documents)
    if machine and question == "tag":
        votes.notes.append(f"{machine:,} tags of a machine (source auto) ignored")
    for annotator, (attributes, tags, boxes) in images:
        where = f"image {attributes.get('name')}"
        try:
            if not attributes.get(column):
                raise BadAnswer(f"without {column}")
            if question == "tag" and not tags:
                raise BadAnswer("without a tag")
            value: Any = tags if question == "tag" else [_box_of(box) for box in boxes]
            text = answer_text(kinds[question], value, fields.shape)
            votes.add(attributes[column], annotator, text, where=where)
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    return votes.votes()


def _refuse_declaration(*_: object) -> None:
    raise BadContent(" has a document type declaration, which CVAT never writes: it is not read")


def _annotators_note(documents: Sequence[tuple[str, CvatDocument]]) -> str:
    if all(document.assignee for _, document in documents):
        return "annotator from the assignee"
    if any(document.assignee for _, document in documents):
        return "annotator from the assignee, else from the file's name"
    return "annotator from the file's name"


def _box_of(attributes: Mapping[str, str]) -> Region:
    if float(attributes.get("rotation") or 0):
        raise BadAnswer("with a rotated box")
    try:
        ends = [float(attributes[name]) for name in ("xtl", "ytl", "xbr", "ybr")]
    except (KeyError, ValueError):
        raise BadAnswer("with a box without corners") from None
    return ends, attributes.get("label", "")
