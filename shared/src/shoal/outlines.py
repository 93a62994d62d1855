"""Geometry of outlines and boxes that every reader of answers shares."""

import math
from collections.abc import Sequence

LEAST_TURN = 0.01  # degrees: 0.2 pixels over a thousand; tools leave such rests after a turn back
THINNEST = 1e-9  # of an outline's length: rounding of points on one line


def is_rotated(degrees: object) -> bool:
    """Return whether a shape is turned, by anything but whole turns; None is no turn, an odd value is one."""
    if degrees is None or degrees == "":
        return False
    try:
        return not abs(math.remainder(float(degrees), 360)) <= LEAST_TURN  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        return True


def encloses_area(points: Sequence[Sequence[float]]) -> bool:
    """Return whether an outline has three points that are not on one line. points: x and y of each."""
    if not points:
        return False
    left, top = points[0]
    sides = [(x - left, y - top) for x, y in points]
    across, down = max(sides, key=lambda side: math.hypot(*side))
    length = math.hypot(across, down)
    return length > 0 and any(
        abs(across * other - down * one) > THINNEST * length * length for one, other in sides
    )
