"""Hypothesis strategies of label schemas, contents and answers that fit them."""

from hypothesis import strategies as st

from shoal.contracts.answers import (
    Answer,
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
from shoal.contracts.samples import Candidate, Content
from shoal.outlines import encloses_area

Case = tuple[LabelSchema, Answer, Content]
CLASSES = (LabelClass(name="wheat", attributes=("occluded", "negated")), LabelClass(name="corn"))
PLAIN = (LabelClass(name="wheat"), LabelClass(name="corn"), LabelClass(name="rice"))
TEXT = "Ich war in Zürich 🇨🇭👩‍🌾 und aß e\u0301clairs; नमस्ते"
IMAGE = Content(uri="media:" + "a" * 64, media_type="image/png", width=640, height=480)
PASSAGE = Content(text=TEXT)
NAMES = ("a", "b", "c", "d")


def candidates(count: int) -> Content:
    """Return a prompt with `count` candidates."""
    return Content(prompt="Why?", candidates=tuple(Candidate(id=name, text=name) for name in NAMES[:count]))


units = st.floats(0, 1)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=40)
labels = st.sampled_from(("wheat", "corn"))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    right, bottom = draw(st.floats(left + 0.01, 1)), draw(st.floats(top + 0.01, 1))
    label = draw(labels)
    attributes = draw(st.sets(st.sampled_from(("occluded", "negated")))) if label == "wheat" else ()
    return Box(label=label, left=left, top=top, right=right, bottom=bottom, attributes=tuple(attributes))


def _is_outline(points: list[tuple[float, float]]) -> bool:
    return encloses_area([(round(x, 6), round(y, 6)) for x, y in points])


outlines = st.lists(st.tuples(units, units), min_size=3, max_size=8).filter(_is_outline)
polygons = st.builds(Polygon, label=labels, points=outlines.map(tuple))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, len(TEXT) - 1))
    end = draw(st.integers(start + 1, len(TEXT)))
    return Span(label=draw(labels), start=start, end=end, text=TEXT[start:end])


@st.composite
def orders(draw: st.DrawFn) -> tuple[tuple[str, ...], ...]:
    ranks = {name: draw(st.integers(0, 3)) for name in draw(st.permutations(NAMES))}
    return tuple(tuple(name for name in ranks if ranks[name] == rank) for rank in sorted(set(ranks.values())))


def _sized(answer: type[BoxesAnswer] | type[PolygonsAnswer], **shapes: object) -> st.SearchStrategy[Answer]:
    return st.builds(answer, width=st.just(640), height=st.just(480), **shapes)


def cases(
    schema: LabelSchema, answers: st.SearchStrategy[Answer], content: Content
) -> st.SearchStrategy[Case]:
    """Return cases of one schema and content."""
    return answers.map(lambda answer: (schema, answer, content))


VALID: dict[str, st.SearchStrategy[Case]] = {
    "class": cases(SingleChoiceSchema(classes=PLAIN), st.builds(ClassAnswer, label=labels), PASSAGE),
    "classes": cases(
        MultiChoiceSchema(classes=PLAIN),
        st.builds(ClassesAnswer, labels=st.lists(labels, unique=True).map(tuple)),
        PASSAGE,
    ),
    "boxes": cases(
        BoxesSchema(classes=CLASSES),
        _sized(BoxesAnswer, boxes=st.lists(boxes(), max_size=5).map(tuple)),
        IMAGE,
    ),
    "polygons": cases(
        PolygonsSchema(classes=CLASSES),
        _sized(PolygonsAnswer, polygons=st.lists(polygons, max_size=4).map(tuple)),
        IMAGE,
    ),
    "spans": cases(
        SpansSchema(classes=CLASSES),
        st.builds(SpansAnswer, spans=st.lists(spans(), max_size=5).map(tuple)),
        PASSAGE,
    ),
    "ranking": cases(RankingSchema(), st.builds(RankingAnswer, order=orders()), candidates(4)),
    "pair": cases(
        PairSchema(), st.builds(PairAnswer, choice=st.sampled_from(("a", "b", None))), candidates(2)
    ),
    "number": cases(NumberSchema(low=-5, high=5), st.builds(NumberAnswer, value=st.floats(-5, 5)), PASSAGE),
    "rating": cases(RatingSchema(), st.builds(RatingAnswer, value=st.integers(1, 5)), PASSAGE),
    "text": cases(
        TextSchema(), st.builds(TextAnswer, text=texts.filter(lambda text: bool(text.strip()))), PASSAGE
    ),
}
valid_cases = st.one_of(*VALID.values())
