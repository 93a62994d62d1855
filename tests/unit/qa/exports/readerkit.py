"""A schema, an answer and a content of every kind, and the image that some contents show."""

import hashlib
import io
from typing import Any

from PIL import Image

from shoal.contracts.answers import (
    Box,
    BoxesAnswer,
    ClassAnswer,
    ClassesAnswer,
    NumberAnswer,
    PairAnswer,
    Polygon,
    PolygonsAnswer,
    RankingAnswer,
    RatingAnswer,
    Span,
    SpansAnswer,
    TextAnswer,
)
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    NumberSchema,
    PairSchema,
    PolygonsSchema,
    RankingSchema,
    RatingSchema,
    SingleChoiceSchema,
    SpansSchema,
    TextSchema,
)
from shoal.contracts.samples import Candidate, Content, Turn

CLASSES = (LabelClass(name="wheat"), LabelClass(name="corn"))


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (100, 50), "#8080ff").save(file, "PNG")
    return file.getvalue()


PNG = png()
SHA256 = hashlib.sha256(PNG).hexdigest()
IMAGE = Content(uri=f"media:{SHA256}", sha256=SHA256, media_type="image/png")
BOX = Box(label="corn", left=0.1, top=0.2, right=0.3, bottom=0.6)
POLYGON = Polygon(label="wheat", points=((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5)))
BOTH = (Candidate(id="a", text="No."), Candidate(id="b", text="Rain."))
CASES: dict[str, tuple[LabelSchema, Any, Content]] = {
    "class": (SingleChoiceSchema(classes=CLASSES), ClassAnswer(label="corn"), Content(text="Maize rose.")),
    "boxes": (BoxesSchema(classes=CLASSES), BoxesAnswer(width=100, height=50, boxes=(BOX,)), IMAGE),
    "polygons": (
        PolygonsSchema(classes=CLASSES),
        PolygonsAnswer(width=100, height=50, polygons=(POLYGON,)),
        IMAGE,
    ),
    "spans": (
        SpansSchema(classes=CLASSES),
        SpansAnswer(spans=(Span(label="wheat", start=0, end=5, text="Maize"),)),
        Content(text="Maize rose."),
    ),
    "pair": (
        PairSchema(),
        PairAnswer(choice="b"),
        Content(prompt="Why?", candidates=BOTH),
    ),
    "talk": (
        PairSchema(),
        PairAnswer(choice="a"),
        Content(
            turns=(Turn(role="system", text="Be brief."), Turn(role="user", text="Why?")), candidates=BOTH
        ),
    ),
    "classes": (
        MultiChoiceSchema(classes=CLASSES),
        ClassesAnswer(labels=("corn", "wheat")),
        Content(text="Maize rose."),
    ),
    "ranking": (
        RankingSchema(),
        RankingAnswer(order=(("b",), ("a",))),
        Content(prompt="Why?", candidates=BOTH),
    ),
    "number": (NumberSchema(low=0, high=100), NumberAnswer(value=12.5), Content(text="Maize rose.")),
    "rating": (RatingSchema(), RatingAnswer(value=4), Content(text="Maize rose.")),
    "text": (TextSchema(), TextAnswer(text="Le maïs\n« monte »"), Content(text="Maize rose.")),
    "picture": (SingleChoiceSchema(classes=CLASSES), ClassAnswer(label="corn"), IMAGE),
}
