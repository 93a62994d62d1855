"""Boxes and spans whose numbers mean something else than those of other people: sizes, units, offsets.

A span is a box of height 1. How well an annotator's boxes fit is the mean of the largest overlaps with boxes
of others on the same tasks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.votes.arrays import Floats

Pair = tuple[Floats, Floats]  # an annotator's boxes of one task (k, 4), and those of others (m, 4)
FEWEST = 5  # boxes that show another reading
POOR, GOOD = 0.3, 0.6  # fits
SHIFTED = 0.3  # share of spans that lie beside those of others, from which offsets are counted otherwise


@dataclass(frozen=True, slots=True)
class Reading:
    """Another meaning of an annotator's numbers. fit: how well the boxes fit then; before: as they are."""

    name: str
    before: float
    fit: float


def better_reading(pairs: Sequence[Pair]) -> Reading | None:
    """Return the reading by which an annotator's boxes fit those of others; None if they do as they are."""
    before = fit_of(pairs)
    if before is None or before >= POOR:
        return None
    pairs = _full_pairs(pairs)
    readings = {**_READINGS, "in another unit": _scale_of(pairs)}
    fits = {
        name: _mean_overlap([(turn(own), others) for own, others in pairs]) for name, turn in readings.items()
    }
    name = max(fits, key=lambda name: fits[name])
    return Reading(name, before, fits[name]) if fits[name] >= GOOD else None


def usual_shift(pairs: Sequence[Pair]) -> tuple[float, float] | None:
    """Return how far starts and ends of spans lie after those of others; None if they do not as a rule.

    The most frequent shift counts if it is that of most spans, or if many spans are moved as a whole and all
    in one direction, as offsets of bytes are.
    """
    shifts = np.array([shift for own, others in pairs for shift in _shifts_of(own, others)])
    if len(shifts) < 2 * FEWEST:
        return None
    values, count = np.unique(shifts, axis=0, return_counts=True)
    usual = values[count.argmax()]
    if usual.any() and count.max() >= GOOD * len(shifts):
        return float(usual[0]), float(usual[1])
    moved = shifts[(shifts[:, 0] == shifts[:, 1]) & (shifts[:, 0] != 0)]
    one_way = len(moved) and (abs(np.sign(moved[:, 0]).sum()) == len(moved))
    if not one_way or len(moved) < SHIFTED * len(shifts):
        return None
    return float(moved[:, 0].mean()), float(moved[:, 1].mean())


def _shifts_of(own: Floats, others: Floats) -> list[Floats]:
    """Return the differences of starts and ends to the nearest span of others that overlaps."""
    if not len(own) or not len(others):
        return []
    overlap = box_iou(own[:, None], others[None])
    near = overlap.argmax(axis=1)
    shift = own[:, [0, 2]] - others[near][:, [0, 2]]
    return list(shift[overlap.max(axis=1) > 0])


def fit_of(pairs: Sequence[Pair]) -> float | None:
    """Return how well an annotator's boxes fit those of others; None for too few."""
    pairs = _full_pairs(pairs)
    return _mean_overlap(pairs) if sum(len(own) for own, _ in pairs) >= FEWEST else None


def _full_pairs(pairs: Sequence[Pair]) -> Sequence[Pair]:
    return [pair for pair in pairs if len(pair[0]) and len(pair[1])]


def _mean_overlap(pairs: Sequence[Pair]) -> float:
    best = [box_iou(own[:, None], others[None]).max(axis=1) for own, others in pairs]
    return float(np.concatenate(best).mean())


def _scale_of(pairs: Sequence[Pair]) -> Callable[[Floats], Floats]:
    """Return what brings boxes to the size of others: the ratio of the middle ends of each axis."""
    own, others = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    middle, target = np.median(own[:, 2:], axis=0), np.median(others[:, 2:], axis=0)
    ratio = np.where(middle != 0, target / np.where(middle != 0, middle, 1), 1)
    return lambda boxes: boxes * np.tile(ratio, 2)


def _sizes_as_ends(boxes: Floats) -> Floats:
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def _centres_as_ends(boxes: Floats) -> Floats:
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def _turned_axes(boxes: Floats) -> Floats:
    return boxes[:, [1, 0, 3, 2]]


_READINGS: Mapping[str, Callable[[Floats], Floats]] = {
    "sizes": _sizes_as_ends,
    "centres": _centres_as_ends,
    "turned": _turned_axes,
}
