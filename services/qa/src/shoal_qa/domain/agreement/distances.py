"""Distances of answers that are not values: sets, boxes, texts. 0 means equal, 1 nothing in common."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SetDistance:
    """Distance of sets of classes. members: (answers, classes), true if an answer contains a class.

    jaccard: 1 - |both| / |either|. masi: 1 - |both| / |either| x m, with m = 1 for equal sets, 2/3 if one
    contains the other, 1/3 if they overlap otherwise, 0 without a common class (Passonneau, LREC 2006). Two
    empty sets are equal.
    """

    members: NDArray[np.bool_]
    kind: Literal["jaccard", "masi"] = "masi"

    def __call__(self, first: Rows, second: Rows) -> Floats:
        """Return distances of pairs of answers: (pairs,)."""
        one, other = self.members[first], self.members[second]
        both, either = (one & other).sum(axis=1), (one | other).sum(axis=1)
        jaccard = np.where(either > 0, both / np.maximum(either, 1), 1.0)
        if self.kind == "jaccard":
            return np.asarray(1 - jaccard)
        held = (both == one.sum(axis=1)) | (both == other.sum(axis=1))
        monotone = np.where(both == either, 1.0, np.where(both == 0, 0.0, np.where(held, 2 / 3, 1 / 3)))
        return np.asarray(1 - jaccard * monotone)


def box_iou(one: Floats, other: Floats) -> Floats:
    """Return intersection over union of boxes that broadcast: (..., 4), (..., 4) -> (...); 0 if empty."""
    corner = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    both = np.maximum(corner, 0).prod(axis=-1)
    areas = [np.maximum(boxes[..., 2:] - boxes[..., :2], 0).prod(axis=-1) for boxes in (one, other)]
    either = areas[0] + areas[1] - both
    return np.asarray(np.where(either > 0, both / np.where(either > 0, either, 1), 0.0))


def relative_distance(one: str, other: str) -> float:
    """Return the edit distance of composed characters divided by the longer length; 0 for empty texts."""
    return _edit_share(min(one, other), max(one, other))


@lru_cache(maxsize=256)  # of the last tasks, whose pairs are asked for more than once
def _edit_share(one: str, other: str) -> float:
    one, other = unicodedata.normalize("NFC", one), unicodedata.normalize("NFC", other)
    return edit_distance(one, other) / max(len(one), len(other), 1)


def edit_distance(one: str, other: str) -> int:
    """Return the least number of inserted, deleted and substituted characters that turn `one` into `other`.

    What both texts begin and end with is left out. Of the rest, a column of the dynamic programme is two big
    integers, of vertical steps up and down, with one bit per character. Source: Myers, "A fast bit-vector
    algorithm for approximate string matching", JACM 46 (1999), as restated by Hyyrö (2003).
    """
    start, end = equal_ends(one, other)
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    if not one:
        return len(other)
    masks: dict[str, int] = {}
    for at, character in enumerate(one):
        masks[character] = masks.get(character, 0) | 1 << at
    full = (1 << len(one)) - 1
    last = 1 << (len(one) - 1)
    up, down, distance = full, 0, len(one)
    for character in other:
        match = masks.get(character, 0)
        diagonal = (((match & up) + up) ^ up) | match | down
        rise = down | ~(diagonal | up) & full
        fall = up & diagonal
        distance += bool(rise & last) - bool(fall & last)
        rise = rise << 1 | 1
        up = (fall << 1 | ~(diagonal | rise)) & full
        down = rise & diagonal & full
    return distance


def equal_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how many characters or words two texts share at the start, and how many more at the end."""
    shorter = min(len(one), len(other))
    start = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - start
    return start, next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
