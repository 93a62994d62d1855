"""Spans, boxes and polygons of a file as Shoal's own answers, and back.

Coordinates of a file may be pixels, percent or relative, and lie outside the image. Shoal's are relative, so
they are moved and divided: overlaps depend on neither. So are spans of seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer, Box, BoxesAnswer, Polygon, PolygonsAnswer, Span, SpansAnswer
from shoal.contracts.label_schemas import BoxesSchema, PolygonsSchema, SpansSchema
from shoal_qa.usecases.files.texts.region_texts import Region, parse_regions
from shoal_qa.usecases.files.texts.written import Where, WrittenAnswers, classes_named

LAST_POSITION = 1_000_000  # of Shoal's spans
SECONDS = (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0)  # of a position, where spans are of seconds


@dataclass(frozen=True, slots=True)
class Frame:
    """How a file's coordinates lie in Shoal's: (coordinate - least) / size."""

    least: float = 0.0
    size: float = 1.0

    def inner(self, end: float) -> float:
        """Return a coordinate of the file in Shoal's."""
        return (end - self.least) / self.size

    def outer(self, end: float) -> float:
        """Return one of Shoal's coordinates in the file's."""
        return round(end * self.size + self.least, 6)


def read_spans(texts: Sequence[str], where: Where) -> WrittenAnswers:
    """Return spans; the text that they cover is not known, and left empty. Raises BadInput.

    A span of seconds that is shorter than a step of the frame becomes one step long.
    """
    read = [parse_regions(text, "spans", where(index)) for index, text in enumerate(texts)]
    frame = _frame_of_spans(read)

    def span_of(region: Region) -> Span:
        start, end = (round(frame.inner(end)) for end in region.ends)
        return Span(label=region.label, start=start, end=max(end, start + 1), text="")

    def write(answer: Answer) -> str:
        spans = _items_of(answer, "spans")
        return _json_text([[*map(_plain_number, map(frame.outer, (s.start, s.end))), s.label] for s in spans])

    return WrittenAnswers(
        schema=SpansSchema(classes=_classes_of(read)),
        answers=[SpansAnswer(spans=tuple(map(span_of, regions))) for regions in read],
        write=write,
    )


def read_boxes(texts: Sequence[str], where: Where) -> WrittenAnswers:
    """Return boxes. Raises BadInput."""
    read = [parse_regions(text, "boxes", where(index)) for index, text in enumerate(texts)]
    frame = _frame_of(read)

    def box_of(region: Region) -> Box:
        left, top, right, bottom = map(frame.inner, region.ends)
        return Box(label=region.label, left=left, top=top, right=right, bottom=bottom)

    def write(answer: Answer) -> str:
        return _json_text(
            [
                [*map(frame.outer, (b.left, b.top, b.right, b.bottom)), b.label]
                for b in _items_of(answer, "boxes")
            ]
        )

    return WrittenAnswers(
        schema=BoxesSchema(classes=_classes_of(read)),
        answers=[BoxesAnswer(width=1, height=1, boxes=tuple(map(box_of, regions))) for regions in read],
        write=write,
    )


def read_polygons(texts: Sequence[str], where: Where) -> WrittenAnswers:
    """Return outlines. Raises BadInput."""
    read = [parse_regions(text, "polygons", where(index)) for index, text in enumerate(texts)]
    frame = _frame_of(read)

    def polygon_of(region: Region) -> Polygon:
        ends = [frame.inner(end) for end in region.ends]
        return Polygon(label=region.label, points=tuple(zip(ends[::2], ends[1::2], strict=True)))

    def write(answer: Answer) -> str:
        return _json_text(
            [
                [*([*map(frame.outer, point)] for point in shape.points), shape.label]
                for shape in _items_of(answer, "polygons")
            ]
        )

    return WrittenAnswers(
        schema=PolygonsSchema(classes=_classes_of(read)),
        answers=[
            PolygonsAnswer(width=1, height=1, polygons=tuple(map(polygon_of, regions))) for regions in read
        ],
        write=write,
    )


def _classes_of(read: Iterable[Sequence[Region]]) -> Any:
    return classes_named({region.label for regions in read for region in regions})


def _frame_of(read: Iterable[Sequence[Region]]) -> Frame:
    """Return the frame that holds all coordinates; relative ones stay as they are."""
    ends = np.array([end for regions in read for region in regions for end in region.ends], np.float64)
    least, largest = float(ends.min(initial=0.0)), float(ends.max(initial=1.0))
    return Frame() if least >= 0 and largest <= 1 else Frame(least, largest - least)


def _frame_of_spans(read: Iterable[Sequence[Region]]) -> Frame:
    """Return the frame of offsets; that of seconds has the finest decimals that Shoal's positions hold."""
    ends = [end for regions in read for region in regions for end in region.ends]
    if all(end == int(end) for end in ends):
        return Frame()
    return Frame(0.0, next(size for size in SECONDS if max(ends) / size <= LAST_POSITION))


def _plain_number(value: float) -> float:
    return int(value) if value == int(value) else value


def _items_of(answer: Any, name: str) -> Sequence[Any]:
    items: Sequence[Any] = getattr(answer, name)
    return items


def _json_text(rows: list[Any]) -> str:
    return dumps(rows, ensure_ascii=False)
