"""Objects by overlap and quorum, written plainly: what tools do that know no annotators."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.contracts.answers import Answer
from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.spans import span_iou
from shoal_qa.usecases.answers.differences.outlines import outline_overlaps

Floats = NDArray[np.float64]
NAMES = {"boxes": ("left", "top", "right", "bottom"), "spans": ("start", "end")}


def merge_by_quorum(answers: Sequence[Any]) -> Answer:
    """Merge objects that overlap by half, and keep those of more than half of the people.

    Boxes and spans get the mean of their ends, outlines the one that overlaps the others most.
    """
    kind = answers[0].kind
    objects = [item for answer in answers for item in getattr(answer, kind)]
    of = [number for number, answer in enumerate(answers) for _ in getattr(answer, kind)]
    overlap = _overlaps_of(kind, objects, of) if objects else np.zeros((0, 0))
    groups = _groups_of(objects, of, overlap)
    kept = [members for members in groups if len(members) > len(answers) / 2]
    merged = tuple(_merge_group(kind, objects, members, overlap) for members in kept)
    return answers[0].model_copy(update={kind: merged})  # type: ignore[no-any-return]


def _ends_of(kind: str, objects: Sequence[Any]) -> Floats:
    return np.array([[getattr(item, name) for name in NAMES[kind]] for item in objects], np.float64)


def _overlaps_of(kind: str, objects: Sequence[Any], of: Sequence[int]) -> Floats:
    if kind == "polygons":
        return outline_overlaps([np.array(shape.points) for shape in objects], np.array(of))
    ends = _ends_of(kind, objects)
    return box_iou(ends[:, None], ends[None, :]) if kind == "boxes" else span_iou(ends)  # type: ignore[arg-type]


def _groups_of(objects: Sequence[Any], of: Sequence[int], overlap: Floats) -> list[list[int]]:
    left, out = list(range(len(objects))), []
    while left:
        first = left[0]
        best = {of[first]: first}
        for row in sorted(left[1:], key=lambda row: -overlap[first, row]):
            if overlap[first, row] >= 0.5 and objects[row].label == objects[first].label:
                best.setdefault(of[row], row)
        members = list(best.values())
        left = [row for row in left if row not in members]
        out.append(members)
    return out


def _merge_group(kind: str, objects: Sequence[Any], members: list[int], overlap: Floats) -> Any:
    if kind == "polygons":
        return objects[members[int(overlap[np.ix_(members, members)].sum(axis=1).argmax())]]
    ends = _ends_of(kind, [objects[member] for member in members]).mean(axis=0).tolist()
    values = ends if kind == "boxes" else [round(end) for end in ends]
    return objects[members[0]].model_copy(update=dict(zip(NAMES[kind], values, strict=True)))
