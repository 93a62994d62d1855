"""Lines, stacked areas, heatmaps and small histories as SVG, as large as their panel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from boards.drawing.formats import format_value
from boards.drawing.looks import FieldLook, Line, named_colour
from boards.live.prometheus import Span
from shoal.pages.svg import svg_drawing, svg_element, svg_text

LEFT, BOTTOM, TOP, RIGHT = 62, 22, 8, 8
GRID, WORDS = "#2c3036", "#8e8e9e"
HEAT = ("#2a2320", "#5c3317", "#8f4a17", "#c2651b", "#f08a2e", "#ffb96b", "#ffe3bf")
TIMES = 5
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plane:
    """Maps moments and values to pixels."""

    size: Size
    span: Span
    top: float

    def x(self, moment: float) -> float:
        """Return the pixel of a moment."""
        share = (moment - self.span.start) / (self.span.end - self.span.start)
        return LEFT + share * (self.size[0] - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.size[1] - BOTTOM - min(value / self.top, 1.05) * (self.size[1] - TOP - BOTTOM)

    def times(self) -> list[Markup]:
        """Return the times below the chart."""
        words = []
        for index in range(TIMES):
            moment = self.span.start + self.span.seconds * (index + 0.5) / TIMES
            text = datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S")
            words.append(svg_text(text, self.x(moment), self.size[1] - 5, "middle", fill=WORDS))
        return words

    def grid(self, look: FieldLook) -> list[Markup]:
        """Return lines and numbers of the values, and the times."""
        parts = self.times()
        for index in range(5):
            value = self.top * index / 4
            y = self.y(value)
            parts.append(svg_element("line", x1=LEFT, x2=self.size[0] - RIGHT, y1=y, y2=y, stroke=GRID))
            text = format_value(value, look.options.get("unit", "short"))
            parts.append(svg_text(text, LEFT - 6, y + 4, "end", fill=WORDS))
        return parts


def line_chart(lines: Sequence[Line], look: FieldLook, span: Span, size: Size) -> Markup:
    """Return the lines over time, one above the other if the panel stacks them."""
    custom = look.options["custom"]
    stacked = custom["stacking"]["mode"] == "normal"
    drawn = _stacked_lines(lines) if stacked else [(line, line.points, None) for line in lines]
    values = [value for _, points, _ in drawn for _, value in points if math.isfinite(value)]
    plane = Plane(size, span, look.options.get("max") or round_top(max(values, default=1.0)))
    parts = plane.grid(look)
    if custom["thresholdsStyle"]["mode"] == "line":
        parts += _limits(plane, look)
    for line, points, floor in drawn:
        parts += _area(plane, line, points, floor, 0.35 if stacked else 0.08)
    return svg_drawing(size[1], *parts, label="chart", width=size[0])


def small_history(line: Line, colour: str, span: Span, size: Size) -> Markup:
    """Return the history behind a number."""
    values = [value for _, value in line.points if math.isfinite(value)]
    if len(values) < 2:
        return Markup("")
    low, high = min(values), max(values)
    reach = (high - low) or 1.0

    def spot(moment: float, value: float) -> str:
        x = (moment - span.start) / (span.end - span.start) * size[0]
        return f"{x:.1f},{size[1] - 2 - (value - low) / reach * (size[1] - 6):.1f}"

    spots = [spot(*point) for point in line.points if math.isfinite(point[1])]
    ends = [f"{spots[-1].split(',')[0]},{size[1]}", f"{spots[0].split(',')[0]},{size[1]}"]
    area = svg_element("polygon", points=" ".join([*spots, *ends]), fill=colour, opacity="0.12")
    stroke = svg_element("polyline", points=" ".join(spots), fill="none", stroke=colour, stroke_width="1.5")
    return svg_drawing(size[1], area, stroke, label="history", width=size[0])


def heat_map(lines: Sequence[Line], unit: str, span: Span, size: Size) -> Markup:
    """Return buckets by moment. Lines are cumulative, named by the upper bounds of their buckets."""
    ordered = sorted(lines, key=lambda line: float(line.name))
    rows = bucket_rows(ordered)
    rows = rows[: 1 + max((index for index, (_, cells) in enumerate(rows) if any(cells.values())), default=0)]
    first = next((index for index, (_, cells) in enumerate(rows) if any(cells.values())), 0)
    rows = rows[max(first - 1, 0) :]
    most = max((value for _, cells in rows for value in cells.values()), default=1.0) or 1.0
    plane = Plane(size, span, float(len(rows)))
    width = (size[0] - LEFT - RIGHT) / max(span.seconds / span.step, 1) + 0.3
    parts: list[Markup] = plane.times()
    for index, (bound, cells) in enumerate(rows):
        top, low = plane.y(index + 1), plane.y(index)
        text = "more" if math.isinf(bound) else format_value(bound, unit)
        parts.append(svg_text(text, LEFT - 6, (top + low) / 2 + 4, "end", fill=WORDS))
        parts += [
            _cell(plane.x(moment), top, width, low - top - 1, value / most)
            for moment, value in cells.items()
            if value > 0
        ]
    return svg_drawing(size[1], *parts, label="heatmap", width=size[0])


def round_top(value: float) -> float:
    """Return a round number above a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        step * power for step in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10, 12) if step * power >= value * 1.02
    )


def bucket_rows(lines: Sequence[Line]) -> list[tuple[float, dict[float, float]]]:
    """Return the upper bound and the values by moment of every bucket; lines are cumulative."""
    rows: list[tuple[float, dict[float, float]]] = []
    below: dict[float, float] = {}
    for line in lines:
        points = dict(line.points)
        rows.append((float(line.name), {at: value - below.get(at, 0.0) for at, value in points.items()}))
        below = points
    return rows


def _cell(x: float, y: float, width: float, height: float, share: float) -> Markup:
    colour = HEAT[min(int(share**0.5 * len(HEAT)), len(HEAT) - 1)]
    return svg_element("rect", x=x - width, y=y, width=width, height=height, fill=colour)


def _stacked_lines(lines: Sequence[Line]) -> list[tuple[Line, Any, Any]]:
    totals: dict[float, float] = {}
    drawn = []
    for line in lines:
        floor = [(at, totals.get(at, 0.0)) for at, value in line.points if math.isfinite(value)]
        points = [(at, totals.get(at, 0.0) + value) for at, value in line.points if math.isfinite(value)]
        totals.update(points)
        drawn.append((line, points, floor))
    return drawn


def _area(plane: Plane, line: Line, points: Any, floor: Any, opacity: float) -> list[Markup]:
    finite = [(at, value) for at, value in points if math.isfinite(value)]
    if not finite:
        return []
    path = [f"{plane.x(at):.1f},{plane.y(value):.1f}" for at, value in finite]
    ground = floor or [(at, 0.0) for at, _ in finite]
    back = [f"{plane.x(at):.1f},{plane.y(value):.1f}" for at, value in reversed(ground)]
    return [
        svg_element("polygon", points=" ".join(path + back), fill=line.colour, opacity=f"{opacity}"),
        svg_element("polyline", points=" ".join(path), fill="none", stroke=line.colour, stroke_width="1.8"),
    ]


def _limits(plane: Plane, look: FieldLook) -> list[Markup]:
    lines = []
    for step in look.options["thresholds"]["steps"]:
        if step["value"] is not None and step["value"] <= plane.top:
            y = plane.y(step["value"])
            colour = named_colour(step["color"])
            lines.append(
                svg_element(
                    "line",
                    x1=LEFT,
                    x2=plane.size[0] - RIGHT,
                    y1=y,
                    y2=y,
                    stroke=colour,
                    stroke_dasharray="6 4",
                )
            )
    return lines
