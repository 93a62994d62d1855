"""How boxes, polygons and spans overlap, and where several of them see the same object."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer, Box, BoxesAnswer, PolygonsAnswer, SpansAnswer
from shoal.contracts.label_schemas import BoxesSchema, PolygonsSchema, SpansSchema
from shoal_qa.domain.shapes.clusters import weighted_median
from shoal_qa.domain.shapes.near_pairs import Numbers
from shoal_qa.domain.shapes.round_outlines import middle_outline
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.claims.objects import Objects
from shoal_qa.usecases.answers.differences.outlines import bounds_of, refined_overlaps

EDGES = ("left", "top", "right", "bottom")
SAME_OUTLINE = 1 - 1e-9  # overlap of outlines that differ in nothing but their corners' order


class BoxObjects(Objects):
    """Boxes: the weighted median of edges, which ignores one annotator's far too wide box."""

    _schema: BoxesSchema

    @staticmethod
    def _objects_of(answer: BoxesAnswer) -> Sequence[Box]:
        return answer.boxes

    @cached_property
    def _bounds(self) -> Floats:
        return np.array([(box.left, box.top, box.right, box.bottom) for box in self._objects]).reshape(-1, 4)

    def _place_group(self, members: list[int], weight: Floats) -> Box:
        columns, parts = self._bounds[members].T.tolist(), weight.tolist()
        middle = [weighted_median(column, parts) for column in columns]
        return self._objects[members[0]].model_copy(update=dict(zip(EDGES, middle, strict=True)))  # type: ignore[no-any-return]

    def _make_answer(self, objects: Sequence[Any]) -> Answer:
        first: BoxesAnswer = self._answers[0]
        return BoxesAnswer(width=first.width, height=first.height, boxes=tuple(objects))


class PolygonObjects(Objects):
    """Polygons: the outline in the middle, or the medoid where no common centre sees all of each."""

    fills_bounds = False
    _schema: PolygonsSchema

    @staticmethod
    def _objects_of(answer: PolygonsAnswer) -> Sequence[Any]:
        return answer.polygons

    @cached_property
    def _bounds(self) -> Floats:
        return bounds_of(self._outlines)

    def _refine_overlaps(self, one: Numbers, other: Numbers, overlap: Floats) -> Floats:
        return refined_overlaps(self._outlines, one, other, overlap)

    @cached_property
    def _outlines(self) -> list[Floats]:
        return [np.array(shape.points, np.float64) for shape in self._objects]

    def _place_group(self, members: list[int], weight: Floats) -> Any:
        medoid = self._find_medoid(members, weight)
        overlap = np.array([self._pairs.overlap_of(medoid, member) for member in members])
        same = overlap >= SAME_OUTLINE
        middle = None
        if weight[same].sum() <= weight.sum() / 2:
            middle = middle_outline([self._outlines[row] for row in members], weight)
        if middle is None:
            return self._objects[medoid]
        points = tuple(map(tuple, np.clip(middle, 0, 1).tolist()))
        return self._objects[medoid].model_copy(update={"points": points})

    def _make_answer(self, objects: Sequence[Any]) -> Answer:
        first: PolygonsAnswer = self._answers[0]
        return PolygonsAnswer(width=first.width, height=first.height, polygons=tuple(objects))


class SpanObjects(Objects):
    """Spans: the medoid, so that it covers words as a person marked them."""

    _schema: SpansSchema

    @staticmethod
    def _objects_of(answer: SpansAnswer) -> Sequence[Any]:
        return answer.spans

    @cached_property
    def _bounds(self) -> Floats:
        ends = [(span.start, 0, span.end, 1) for span in self._objects]
        return np.array(ends, np.float64).reshape(-1, 4)

    def _place_group(self, members: list[int], weight: Floats) -> Any:
        return self._objects[self._find_medoid(members, weight)]

    def _allowed_objects(self, objects: Sequence[Any]) -> list[int]:
        if self._schema.overlapping:
            return super()._allowed_objects(objects)
        out: list[int] = []
        for number, span in enumerate(objects):
            if all(span.end <= objects[o].start or objects[o].end <= span.start for o in out):
                out.append(number)
        return out

    def _make_answer(self, objects: Sequence[Any]) -> Answer:
        return SpansAnswer(spans=tuple(objects))
