"""Labels of objects with known errors, and the predictions of simulated models that did not see them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer, Box, BoxesAnswer, Span, SpansAnswer
from shoal.contracts.label_schemas import BoxesSchema, LabelClass, LabelSchema, SpansSchema
from shoal_qa.usecases.answers.differences.distances import tolerance_of
from shoal_qa.usecases.answers.differences.overlaps import object_overlaps
from shoal_qa.usecases.answers.kinds import objects_of
from shoal_qa.usecases.label_errors.objects import ScoredAnswer

NAMES = tuple(f"class-{number}" for number in range(8))
LIKE = 0.7  # share of confusions that go to the next class
WORDS = 40


@dataclass(frozen=True, kw_only=True)
class Model:
    """A simulated model. sure: mean logit of scores of what is there. loose: error of edges, in sizes."""

    sure: float = 3.0
    spread: float = 1.8
    loose: float = 0.04
    missed: float = 0.06
    invented: float = 1.5
    confused: float = 0.05


MODELS = {
    "good detector": Model(),
    "timid scores": Model(sure=0.0, spread=1.2),
    "loose boxes": Model(loose=0.12),
    "weak detector": Model(sure=1.2, spread=2.0, missed=0.2, invented=4.0, confused=0.12, loose=0.08),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """labels: with errors. wrong: names of the errors of each label, one for each wrong object.

    truth: right answers. parts: numbers of the objects of each label that are wrong, badly placed ones beyond
    the tolerance. lacking: the objects that each label lacks.
    """

    schema: LabelSchema
    labels: list[Answer]
    predictions: list[ScoredAnswer]
    wrong: list[list[str]]
    truth: list[Answer] = field(default_factory=list)
    parts: list[set[int]] = field(default_factory=list)
    lacking: list[list[Any]] = field(default_factory=list)


def other_class(rng: np.random.Generator, name: str) -> str:
    """Return another class, often one that is easily confused."""
    at = NAMES.index(name)
    step = 1 if rng.random() < LIKE else int(rng.integers(1, len(NAMES)))
    return NAMES[(at + step) % len(NAMES)]


def _draw_box(rng: np.random.Generator) -> Box:
    width, height = np.exp(rng.uniform(np.log(0.05), np.log(0.35), 2))
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return Box(label=str(rng.choice(NAMES)), left=left, top=top, right=left + width, bottom=top + height)


def _moved_box(rng: np.random.Generator, box: Box, by: float) -> Box:
    width, height = box.right - box.left, box.bottom - box.top
    ends = np.array([box.left, box.top, box.right, box.bottom]) + rng.normal(0, by, 4) * [
        width, height, width, height,
    ]  # fmt: skip
    left, top, right, bottom = np.clip(ends, 0, 1)
    if right - left < width / 5 or bottom - top < height / 5:
        return box
    return box.model_copy(update={"left": left, "top": top, "right": right, "bottom": bottom})


def _badly_placed_box(rng: np.random.Generator, box: Box) -> Box:
    """Cut off, or add, a good part of the box at one or two sides, as careless annotators do."""
    size = np.array([box.right - box.left, box.bottom - box.top] * 2)
    sides = rng.choice(4, int(rng.integers(1, 3)), replace=False)
    ends = np.array([box.left, box.top, box.right, box.bottom])
    inward = np.array([1, 1, -1, -1])
    ends[sides] += inward[sides] * size[sides] * rng.uniform(0.25, 0.5, len(sides)) * rng.choice([1, -1])
    left, top, right, bottom = np.clip(ends, 0, 1)
    if right - left < 0.01 or bottom - top < 0.01:
        return box
    return box.model_copy(update={"left": left, "top": top, "right": right, "bottom": bottom})


def _draw_span(rng: np.random.Generator) -> Span:
    start = int(rng.integers(0, WORDS - 4))
    end = start + int(rng.integers(1, 5))
    return Span(label=str(rng.choice(NAMES)), start=6 * start, end=6 * end - 1, text="")


def _moved_span(rng: np.random.Generator, span: Span, by: float) -> Span:
    return _badly_placed_span(rng, span) if rng.random() < 2 * by else span


def _badly_placed_span(rng: np.random.Generator, span: Span) -> Span:
    """Take one or two words more, or one less, at one side."""
    start, end = span.start // 6, (span.end + 1) // 6
    if end - start > 1 and rng.random() < 0.5:
        start, end = (start + 1, end) if rng.random() < 0.5 else (start, end - 1)
    elif rng.random() < 0.5:
        start = max(start - int(rng.integers(1, 3)), 0)
    else:
        end += int(rng.integers(1, 3))
    return span.model_copy(update={"start": 6 * start, "end": 6 * end - 1})


def _boxes(objects: list[Any]) -> Answer:
    return BoxesAnswer(width=640, height=480, boxes=tuple(objects))


def _spans(objects: list[Any]) -> Answer:
    return SpansAnswer(spans=tuple(objects))


_CLASSES = tuple(LabelClass(name=name) for name in NAMES)
_SCHEMAS = {"boxes": BoxesSchema(classes=_CLASSES), "spans": SpansSchema(classes=_CLASSES)}


@dataclass(frozen=True)
class _Kind:
    draw: Callable[[np.random.Generator], Any]
    move: Callable[[np.random.Generator, Any, float], Any]
    misplace: Callable[[np.random.Generator, Any], Any]
    answer: Callable[[list[Any]], Answer]


_KINDS = {
    "boxes": _Kind(_draw_box, _moved_box, _badly_placed_box, _boxes),
    "spans": _Kind(_draw_span, _moved_span, _badly_placed_span, _spans),
}


def simulate_case(
    kind: str, model: Model, *, tasks: int = 400, rate: float = 0.06, seed: int = 0, skew: float = 0.0
) -> Case:
    """Return labels of which `rate` of the objects has an error, one kind in four each.

    skew: every class is so much rarer than the one before; 0 for equally frequent ones.
    """
    rng = np.random.default_rng(seed)
    of = _KINDS[kind] if skew == 0 else _skewed_kind(_KINDS[kind], skew)
    case = Case(schema=_SCHEMAS[kind], labels=[], predictions=[], wrong=[])
    for _ in range(tasks):
        truth = _apart(of, rng, int(rng.poisson(3.0)), kind)
        objects, errors, parts = _labelled(of, rng, truth, rate)
        case.labels.append(of.answer(objects))
        case.wrong.append(errors)
        case.truth.append(of.answer(truth))
        case.parts.append(_wrong_parts(case, parts))
        case.lacking.append([item for item, (part, _) in zip(truth, parts, strict=True) if part is None])
        case.predictions.append(_predicted(of, rng, truth, model))
    return case


def _skewed_kind(of: "_Kind", skew: float) -> "_Kind":
    shares = skew ** -np.arange(len(NAMES), dtype=np.float64)

    def draw(rng: np.random.Generator) -> Any:
        name = str(rng.choice(NAMES, p=shares / shares.sum()))
        return of.draw(rng).model_copy(update={"label": name})

    return replace(of, draw=draw)


def _wrong_parts(case: Case, parts: list[tuple[int | None, str]]) -> set[int]:
    """Return the numbers of wrong objects of the last label. parts: number and error by right object."""
    kind, label, truth = case.schema.kind, objects_of(case.labels[-1]), objects_of(case.truth[-1])
    wrong = set()
    for item, (part, error) in zip(truth, parts, strict=True):
        if part is None or not error:
            continue
        near = object_overlaps(kind, [item, label[part]])[0, 1] >= 1 - tolerance_of(case.schema)
        if error == "class" or (error == "place" and not near):
            wrong.add(part)
        elif error == "spurious":
            wrong.add(part + 1)
    return wrong


def _apart(of: _Kind, rng: np.random.Generator, count: int, kind: str) -> list[Any]:
    """Return objects; spans do not overlap, boxes may."""
    objects: list[Any] = []
    for _ in range(count):
        item = of.draw(rng)
        if kind != "spans" or all(item.end < other.start or other.end < item.start for other in objects):
            objects.append(item)
    return objects


def _labelled(
    of: _Kind, rng: np.random.Generator, truth: list[Any], rate: float
) -> tuple[list[Any], list[str], list[tuple[int | None, str]]]:
    """Return the objects of a label, its errors, and number and error of each right object in the label."""
    objects: list[Any] = []
    errors: list[str] = []
    parts: list[tuple[int | None, str]] = []
    for item in truth:
        marked = _jittered(of, rng, item)
        error = "" if rng.random() >= rate else str(rng.choice(["missing", "spurious", "class", "place"]))
        parts.append((None if error == "missing" else len(objects), error))
        errors += [error] if error else []
        if error in ("", "spurious"):
            objects.append(marked)
        if error == "spurious":
            objects.append(of.draw(rng))
        elif error == "class":
            objects.append(marked.model_copy(update={"label": other_class(rng, item.label)}))
        elif error == "place":
            objects.append(of.misplace(rng, item))
    return objects, errors, parts


def _jittered(of: _Kind, rng: np.random.Generator, item: Any) -> Any:
    """Return an object as careful people mark it."""
    return of.move(rng, item, 0.02) if of.answer is _boxes else item


def _predicted(of: _Kind, rng: np.random.Generator, truth: list[Any], model: Model) -> ScoredAnswer:
    objects, scores = [], []
    for item in truth:
        hard = rng.normal()
        if rng.random() < model.missed * np.exp(hard / 2):
            continue
        label = (
            other_class(rng, item.label) if rng.random() < model.confused * np.exp(hard / 2) else item.label
        )
        surely = model.sure - 2.0 * (label != item.label) + model.spread * (rng.normal() - hard) / 2**0.5
        objects.append(of.move(rng, item, model.loose * np.exp(hard / 3)).model_copy(update={"label": label}))
        scores.append(surely)
        if rng.random() < 0.25:  # another class of the same object, much less sure
            objects.append(objects[-1].model_copy(update={"label": other_class(rng, label)}))
            scores.append(min(surely, -1.0) - 1.5 + rng.normal())
    for _ in range(rng.poisson(model.invented)):
        objects.append(of.draw(rng))
        scores.append(-3.0 + 1.2 * rng.normal() + min(model.sure, 2.0) / 2)
    probability = 1 / (1 + np.exp(-np.array(scores)))
    kept = np.flatnonzero(probability >= 0.03)
    return ScoredAnswer(answer=of.answer([objects[at] for at in kept]), scores=probability[kept].tolist())
