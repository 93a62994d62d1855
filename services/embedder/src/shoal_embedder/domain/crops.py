"""Which parts of an image become crops, from the boxes that a model drew.

Coordinates of boxes are shares of the image's sides: x from the left edge, y from the top edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle in shares of the image's sides, 0 <= left < right <= 1 and 0 <= top < bottom <= 1."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxOfModel:
    """A box, its index in the prediction, the id of its crop, and its score if the model gives one."""

    index: int
    crop_id: str
    area: Area
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The boxes that become crops, and how many do not: too small, or beyond the limit.

    A box that has the crop of another box is in none of the numbers.
    """

    boxes: Sequence[BoxOfModel]
    too_small: int
    above_limit: int


def choose_boxes(boxes: Sequence[BoxOfModel], *, width: int, height: int, most: int, smallest: int) -> Choice:
    """Return the boxes with the highest scores, at most `most`, of each crop's id one.

    width, height: of the image in pixels. smallest: pixels of a box's shorter side. Boxes without a score
    come last; ties go to the earlier box.
    """
    distinct: dict[str, BoxOfModel] = {}
    for box in sorted(boxes, key=_by_score):
        distinct.setdefault(box.crop_id, box)
    large = [box for box in distinct.values() if _shorter_side(box.area, width, height) >= smallest]
    return Choice(
        boxes=large[:most],
        too_small=len(distinct) - len(large),
        above_limit=max(0, len(large) - most),
    )


def pad_area(area: Area, padding: float) -> Area:
    """Return the area with a margin of `padding` times its width or height on each side, in the image."""
    across, down = padding * (area.right - area.left), padding * (area.bottom - area.top)
    return Area(
        left=max(0.0, area.left - across),
        top=max(0.0, area.top - down),
        right=min(1.0, area.right + across),
        bottom=min(1.0, area.bottom + down),
    )


def _by_score(box: BoxOfModel) -> tuple[bool, float, int]:
    return box.score is None, -(box.score or 0.0), box.index


def _shorter_side(area: Area, width: int, height: int) -> float:
    return min((area.right - area.left) * width, (area.bottom - area.top) * height)
