"""The overlaps of boxes, polygons and spans."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.spans import span_iou
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.outlines import outline_overlaps


def object_overlaps(kind: str, objects: Sequence[Any]) -> Floats:
    """Return intersection over union of all pairs of objects of one of OBJECT_KINDS: (objects, objects)."""
    if not objects:
        return np.zeros((0, 0))
    if kind == "boxes":
        ends = np.array([(box.left, box.top, box.right, box.bottom) for box in objects])
        return box_iou(ends[:, None], ends[None, :])
    if kind == "spans":
        return span_iou(np.array([(span.start, span.end) for span in objects]))
    return outline_overlaps([np.array(shape.points) for shape in objects])
