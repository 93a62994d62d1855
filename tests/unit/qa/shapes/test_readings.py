"""Boxes and spans whose numbers mean something else than those of others."""

from collections.abc import Callable

import numpy as np
import pytest

from shoal_qa.domain.shapes.readings import better_reading, fit_of, usual_shift

RNG = np.random.default_rng(4)
CORNERS = RNG.integers(0, 40, (8, 2, 2))
BOXES = [np.concatenate([corners, corners + np.array([40.0, 30.0])], axis=1) for corners in CORNERS]
TEXT = "caf\u00e9 n\u00e9e " * 10
MOVED = np.array([1, 0, 1, 0])
SPANS = [np.array([[start, 0, start + 6, 1.0]]) for start in range(0, 80, 6)]


def sizes(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def centres(boxes: np.ndarray) -> np.ndarray:
    size = boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([boxes[:, :2] + size / 2, size], axis=1)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (sizes, "sizes"),
        (centres, "centres"),
        (lambda boxes: boxes[:, [1, 0, 3, 2]] + [0, 300, 0, 300], None),
        (lambda boxes: boxes / [640, 480, 640, 480], "in another unit"),
        (lambda boxes: boxes + 1, None),
    ],
)
def test_the_reading_is_found_by_which_boxes_fit_those_of_others(
    written: Callable[[np.ndarray], np.ndarray], name: str | None
) -> None:
    reading = better_reading([(written(boxes) + 0.0, boxes) for boxes in BOXES])
    assert (reading and reading.name) == name


def test_few_boxes_and_boxes_of_nobody_else_show_nothing() -> None:
    assert better_reading([(sizes(boxes), boxes) for boxes in BOXES[:2]]) is None
    assert fit_of([(boxes, boxes[:0]) for boxes in BOXES]) is None


def byte_offsets(span: np.ndarray) -> np.ndarray:
    ends = [len(TEXT[: int(end)].encode()) for end in span[0, [0, 2]]]
    return np.array([[ends[0], 0, ends[0] + span[0, 2] - span[0, 0], 1.0]])


def test_shifts_of_spans_are_those_of_most_spans_or_of_bytes() -> None:
    assert usual_shift([(span, span) for span in SPANS]) is None
    assert usual_shift([(span - np.array([0, 0, 1, 0]), span) for span in SPANS]) == (0, -1)
    assert usual_shift([(span + MOVED, span) for span in SPANS]) == (1, 1)
    early = [(byte_offsets(span), span) for span in SPANS[:5]] * 3
    assert usual_shift(early) is not None
    both_ways = [(span + way * MOVED, span) for span in SPANS for way in (-1, 1, 0)]
    assert usual_shift(both_ways) is None
