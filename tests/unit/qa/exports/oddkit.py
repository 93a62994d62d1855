"""Hypothesis strategies of cases with odd texts and names: separators, quotes, other scripts, line ends."""

from typing import Any

from hypothesis import strategies as st

from shoal.contracts.answers import Answer, Box, Polygon, Span
from shoal.contracts.label_schemas import LabelClass
from shoal.contracts.samples import Candidate, Content
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from unit.answers.kinds import IMAGE, Case, texts
from unit.qa.exports.readerkit import CASES

NAMES = (
    "wheat, winter",
    "two  words",
    'a "quoted" name',
    "it's",
    "tab\tname",
    "line\nname",
    "return\r\nname",
    "חיטה",
    "🌾👩‍🌾",
    "a|b;c",
    "<b>&amp;",
    "-",
    " padded ",
    "null",
    "O",
    "B-wheat",
    "yes: no #",
    "\u2028",
)
PASSAGES = (
    'She said "no, never",\tand\r\nleft.\n\nThe end',
    "שלום, עולם! قمح وذرة 小麦 नमस्ते",
    "🇨🇭👩‍🌾 e\u0301clairs\u2028line\u00a0blank\x85next",
    "a,b;c|d\\e/f",
    "  leading and trailing  ",
    "-DOCSTART- -X- O O",
    "=1+1",
    "null",
)
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
passages = st.one_of(st.sampled_from(PASSAGES), texts)
filled = passages.filter(lambda text: bool(text.strip()))


def odd_classes(drawn: list[str]) -> tuple[LabelClass, ...]:
    return tuple(LabelClass(name=name, attributes=("far, away", 'a "b"')) for name in drawn)


def plain_classes(drawn: list[str]) -> tuple[LabelClass, ...]:
    return tuple(LabelClass(name=name) for name in drawn)


@st.composite
def odd_spans(draw: st.DrawFn, text: str, classes: list[str]) -> tuple[Span, ...]:
    """Draw spans that may overlap, or cover blanks only."""
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        label, attributes = draw(st.sampled_from(classes)), draw(st.sampled_from(((), ("far, away",))))
        spans.append(Span(label=label, start=start, end=end, text=text[start:end], attributes=attributes))
    return tuple(spans)


@st.composite
def odd_answer(draw: st.DrawFn, kind: str, text: str, classes: list[str]) -> Answer:
    """Draw an answer of a kind: that of CASES with other fields."""
    label, size = draw(st.sampled_from(classes)), {"width": 640, "height": 480}
    box = Box(label=label, left=0, top=0.25, right=0.5, bottom=1, attributes=('a "b"',))
    outline = Polygon(label=label, points=((0, 0), (1, 0), (1, 1)), attributes=("far, away",))
    fields: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "class": st.just({"label": label}),
        "classes": st.sampled_from(({"labels": tuple(classes)}, {"labels": ()})),
        "boxes": st.sampled_from([{**size, "boxes": boxes} for boxes in ((), (box,), (box, box))]),
        "polygons": st.sampled_from([{**size, "polygons": outlines} for outlines in ((), (outline,))]),
        "spans": st.fixed_dictionaries({"spans": odd_spans(text, classes)}),
        "ranking": st.sampled_from([{"order": order} for order in ((('b"',), ("a,\t",)), (("a,\t", 'b"'),))]),
        "pair": st.fixed_dictionaries({"choice": st.sampled_from(("a,\t", 'b"', None))}),
        "number": st.fixed_dictionaries({"value": st.floats(-1e9, 1e9)}),
        "rating": st.fixed_dictionaries({"value": st.integers(1, 5)}),
        "text": st.fixed_dictionaries({"text": filled}),
    }
    answer: Answer = type(CASES[kind][1])(**draw(fields[kind]))
    return answer


@st.composite
def odd_cases(draw: st.DrawFn, kind: str) -> Case:
    """Draw a schema, an answer and a content of a kind."""
    classes, text = draw(names), draw(passages)
    schema = CASES[kind][0]
    if kind in ("class", "classes"):
        schema = type(schema)(classes=plain_classes(classes))
    elif kind in OBJECT_KINDS:
        schema = type(schema)(classes=odd_classes(classes))
    elif kind == "number":
        schema = type(schema)(low=-1e9, high=1e9)
    content = Content(text=text)
    if kind in ("ranking", "pair"):
        candidates = tuple(Candidate(id=name, text=draw(passages)) for name in ("a,\t", 'b"'))
        content = Content(prompt=draw(passages), candidates=candidates)
    elif kind in ("boxes", "polygons"):
        content = IMAGE
    return schema, draw(odd_answer(kind, text, classes)), content
