"""Simulated projects of each kind: truths, and answers of annotators who differ in skill."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.answers import canonical_answer
from shoal.contracts.answers import (
    Answer,
    Box,
    BoxesAnswer,
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
    SpansSchema,
    TextSchema,
)

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], Any]
CLASSES = tuple(LabelClass(name=name) for name in ("cod", "rockfish", "tuna"))
NAMES = tuple(item.name for item in CLASSES)
WORDS = ("eel", "kelp", "net", "reef", "roe", "shoal", "tide", "wave")
TEXT = " ".join(WORDS[index % len(WORDS)] for index in range(60))

RAYS = 36  # directions in which the edge of a round outline is known


@dataclass(frozen=True)
class Project:
    """triples: (job, annotator, canonical text). truth: canonical text by job."""

    schema: LabelSchema
    triples: Sequence[tuple[str, str, str]]
    truth: dict[str, str]


def simulate_project(
    kind: str,
    *,
    jobs: int = 200,
    annotators: int = 12,
    votes: int = 3,
    seed: int = 0,
    skills: tuple[float, float] = (0.5, 0.97),
) -> Project:
    """Return a project. skills: the least and the most of the crowd; each answer's faults are independent."""
    rng = np.random.default_rng(seed)
    schema, draw_truth, draw_answer = KINDS[kind]
    skill = rng.uniform(*skills, annotators)
    triples, truth = [], {}
    for number in range(jobs):
        right = draw_truth(rng)
        job = f"job-{number:04}"
        truth[job] = canonical_answer(right)
        for who in rng.choice(annotators, votes, replace=False).tolist():
            text = canonical_answer(draw_answer(rng, right, float(skill[who])))
            triples.append((job, f"crowd/a{who:02}", text))
    return Project(schema, triples, truth)


def _true_set(rng: np.random.Generator) -> Answer:
    return ClassesAnswer(labels=tuple(name for name in NAMES if rng.random() < 0.4))


def _answered_set(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    kept = [name for name in NAMES if (name in truth.labels) == (rng.random() < 0.5 + skill / 2)]
    return ClassesAnswer(labels=tuple(kept))


def _random_box(rng: np.random.Generator) -> Box:
    left, top = rng.uniform(0, 0.75, 2)
    width, height = rng.uniform(0.08, 0.2, 2)
    return Box(label=str(rng.choice(NAMES)), left=left, top=top, right=left + width, bottom=top + height)


def _true_boxes(rng: np.random.Generator) -> Answer:
    return BoxesAnswer(
        width=640, height=480, boxes=tuple(_random_box(rng) for _ in range(rng.integers(0, 5)))
    )


def _seen_box(rng: np.random.Generator, box: Box, skill: float) -> Box:
    width, height = box.right - box.left, box.bottom - box.top
    shift = rng.normal(0, 0.12 * (1.1 - skill), 4) * [width, height, width, height]
    left, top, right, bottom = np.clip(np.array([box.left, box.top, box.right, box.bottom]) + shift, 0, 1)
    label = box.label if rng.random() < 0.6 + 0.4 * skill else str(rng.choice(NAMES))
    return Box(label=label, left=left, top=top, right=max(right, left + 0.01), bottom=max(bottom, top + 0.01))


def _answered_boxes(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    seen = [_seen_box(rng, box, skill) for box in truth.boxes if rng.random() < 0.6 + 0.4 * skill]
    seen += [_random_box(rng) for _ in range(rng.poisson(0.4 * (1 - skill)))]
    return BoxesAnswer(width=640, height=480, boxes=tuple(seen))


def _as_polygons(answer: Any) -> Answer:
    outlines = tuple(
        Polygon(
            label=box.label,
            points=(
                (box.left, box.top),
                (box.right, box.top),
                (box.right, box.bottom),
                (box.left, box.bottom),
            ),
        )
        for box in answer.boxes
    )
    return PolygonsAnswer(width=640, height=480, polygons=outlines)


def _true_polygons(rng: np.random.Generator) -> Answer:
    return _as_polygons(_true_boxes(rng))


def _answered_polygons(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    boxes = [
        Box(
            label=shape.label,
            left=min(x for x, _ in shape.points),
            top=min(y for _, y in shape.points),
            right=max(x for x, _ in shape.points),
            bottom=max(y for _, y in shape.points),
        )
        for shape in truth.polygons
    ]
    return _as_polygons(_answered_boxes(rng, BoxesAnswer(width=640, height=480, boxes=tuple(boxes)), skill))


def _blob(rng: np.random.Generator, centre: Floats, radii: Floats, corners: int) -> tuple[Any, ...]:
    """Return a round outline. radii: (RAYS,), of as many directions; corners start anywhere."""
    angle = rng.uniform(0, 2 * np.pi) + np.arange(corners) * 2 * np.pi / corners
    rays = np.arange(RAYS + 1) * 2 * np.pi / RAYS
    radius = np.interp(angle % (2 * np.pi), rays, np.append(radii, radii[0]))
    points = centre + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return tuple(map(tuple, np.clip(points, 0, 1).tolist()))


def _bumps(rng: np.random.Generator, size: float) -> Floats:
    """Return a smooth random factor of radii: (RAYS,). size: its deviation from 1."""
    angle, factor = np.arange(RAYS) * 2 * np.pi / RAYS, np.ones(RAYS)
    for wave in (1, 2, 3, 4):
        factor += rng.normal(0, size / wave) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    return np.asarray(np.clip(factor, 0.3, 1.9))


def _random_outline(rng: np.random.Generator) -> Polygon:
    radii = rng.uniform(0.06, 0.13) * _bumps(rng, 0.2)
    points = _blob(rng, rng.uniform(0.15, 0.85, 2), radii, 40)
    return Polygon(label=str(rng.choice(NAMES)), points=points)


def _true_outlines(rng: np.random.Generator) -> Answer:
    shapes = tuple(_random_outline(rng) for _ in range(rng.integers(0, 4)))
    return PolygonsAnswer(width=640, height=480, polygons=shapes)


def _seen_outline(rng: np.random.Generator, shape: Polygon, skill: float) -> Polygon:
    """Return an outline with other corners, whose bulges are as wide as the annotator is careless."""
    points = np.array(shape.points)
    centre = points.mean(axis=0)
    turn = np.arctan2(*(points - centre).T[::-1]) % (2 * np.pi)
    order = np.argsort(turn)
    rays = np.arange(RAYS) * 2 * np.pi / RAYS
    radii = np.interp(rays, turn[order], np.hypot(*(points - centre).T)[order], period=2 * np.pi) * _bumps(
        rng, 0.35 * (1.1 - skill)
    )
    label = shape.label if rng.random() < 0.6 + 0.4 * skill else str(rng.choice(NAMES))
    moved = centre + rng.normal(0, 0.15 * (1.1 - skill), 2) * radii.mean()
    return Polygon(label=label, points=_blob(rng, moved, radii, int(rng.integers(8, 25))))


def _answered_outlines(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    seen = [_seen_outline(rng, shape, skill) for shape in truth.polygons if rng.random() < 0.6 + 0.4 * skill]
    seen += [_random_outline(rng) for _ in range(rng.poisson(0.4 * (1 - skill)))]
    return PolygonsAnswer(width=640, height=480, polygons=tuple(seen))


def _word_span(label: str, first: int, words: int) -> Span:
    starts = [0, *(index + 1 for index, character in enumerate(TEXT) if character == " "), len(TEXT) + 1]
    start, end = starts[first], starts[first + words] - 1
    return Span(label=label, start=start, end=end, text=TEXT[start:end])


def _random_span(rng: np.random.Generator) -> Span:
    return _word_span(str(rng.choice(NAMES)), int(rng.integers(0, 55)), int(rng.integers(1, 5)))


def _true_spans(rng: np.random.Generator) -> Answer:
    return SpansAnswer(spans=tuple(_random_span(rng) for _ in range(rng.integers(0, 4))))


def _answered_spans(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    seen = []
    for span in truth.spans:
        if rng.random() < 0.6 + 0.4 * skill:
            label = span.label if rng.random() < 0.6 + 0.4 * skill else str(rng.choice(NAMES))
            seen.append(span.model_copy(update={"label": label}))
    seen += [_random_span(rng) for _ in range(rng.poisson(0.4 * (1 - skill)))]
    return SpansAnswer(spans=tuple(seen))


def _true_ranking(rng: np.random.Generator) -> Answer:
    return RankingAnswer(order=tuple((f"c{item}",) for item in rng.permutation(4)))


def _answered_ranking(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    rank = {group[0]: index for index, group in enumerate(truth.order)}
    noisy = {name: place + rng.normal(0, 1.6 * (1.02 - skill)) for name, place in rank.items()}
    return RankingAnswer(order=tuple((name,) for name in sorted(noisy, key=lambda name: noisy[name])))


def _true_pair(rng: np.random.Generator) -> Answer:
    return PairAnswer(choice=[None, "a", "b"][rng.choice(3, p=[0.1, 0.45, 0.45])])


def _answered_pair(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    return truth if rng.random() < skill else _true_pair(rng)


def _true_number(rng: np.random.Generator) -> Answer:
    return NumberAnswer(value=float(rng.uniform(0, 100)))


def _answered_number(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    if rng.random() < 0.15 * (1.5 - skill):
        return _true_number(rng)
    return NumberAnswer(value=float(np.clip(truth.value + rng.normal(0, 8 * (1.02 - skill)), 0, 100)))


def _true_rating(rng: np.random.Generator) -> Answer:
    return RatingAnswer(value=int(rng.integers(1, 6)))


def _answered_rating(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    off = 0 if rng.random() < skill else int(rng.choice([-1, 1]))
    return RatingAnswer(value=int(np.clip(truth.value + off, 1, 5)))


def _true_text(rng: np.random.Generator) -> Answer:
    return TextAnswer(text=" ".join(rng.choice(WORDS, 12)))


def _answered_text(rng: np.random.Generator, truth: Any, skill: float) -> Answer:
    words = truth.text.split()
    wrong = [str(rng.choice(WORDS)) if rng.random() < 0.35 * (1 - skill) else word for word in words]
    return TextAnswer(text=" ".join(wrong))


KINDS: dict[str, tuple[LabelSchema, Draw, Callable[[np.random.Generator, Any, float], Answer]]] = {
    "multi_choice": (MultiChoiceSchema(classes=CLASSES), _true_set, _answered_set),
    "boxes": (BoxesSchema(classes=CLASSES), _true_boxes, _answered_boxes),
    "polygons": (PolygonsSchema(classes=CLASSES), _true_polygons, _answered_polygons),
    "outlines": (PolygonsSchema(classes=CLASSES), _true_outlines, _answered_outlines),
    "spans": (SpansSchema(classes=CLASSES), _true_spans, _answered_spans),
    "ranking": (RankingSchema(), _true_ranking, _answered_ranking),
    "pair": (PairSchema(), _true_pair, _answered_pair),
    "number": (NumberSchema(low=0, high=100), _true_number, _answered_number),
    "rating": (RatingSchema(), _true_rating, _answered_rating),
    "text": (TextSchema(), _true_text, _answered_text),
}
