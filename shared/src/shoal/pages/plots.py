"""Plots as inline SVG, in the page's CSS colours, so that they follow light and dark mode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shoal.pages.svg import BOTTOM, HEIGHT, TOP, WIDTH, svg_drawing, svg_element, svg_text, svg_title

LEFT, RIGHT = 52, 16
NEXT_TICK = 34  # pixels between numbers on the x axis, so that none covers another
Point = tuple[float, float, float, float]  # x, y, low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line: its name, CSS colour and points, and the CSS class of its group."""

    name: str
    colour: str
    points: Sequence[Point]
    dashed: bool = False
    css_class: str = ""


def line_plot(series: Sequence[Series], x_title: str, y_title: str, x_format: str = ",.0f") -> Markup:
    """Return a line plot with intervals as bands. x_format: format of the numbers on the x axis."""
    points = [point for line in series for point in line.points]
    top = _round_up(max(high for *_, high in points))
    bottom = min(
        _round_down(min(low for _, _, low, _ in points)), top - 0.05
    )  # equal values need a range too
    plane = _Plane(max(x for x, *_ in points) or 1.0, bottom, top, x_format)
    ticks = sorted({x for x, *_ in points})
    lines = (plane.line(line) for line in series)
    label = f"{y_title} against {x_title}"
    return svg_drawing(HEIGHT, plane.axes(ticks, x_title, y_title), *lines, label=label)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Maps (x, y) to pixels: x from 0 to `far`, y from `bottom` to `top`."""

    far: float
    bottom: float
    top: float
    x_format: str

    def x(self, value: float) -> float:
        return LEFT + value / self.far * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.bottom) / (self.top - self.bottom) * (HEIGHT - TOP - BOTTOM)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)

    def line(self, series: Series) -> Markup:
        points, colour = series.points, series.colour
        band = [(x, high) for x, _, _, high in points] + [(x, low) for x, _, low, _ in reversed(points)]
        return svg_element(
            "g",
            svg_element("polygon", points=self.path(band), fill=colour, opacity=".16"),
            svg_element(
                "polyline",
                points=self.path([(x, y) for x, y, *_ in points]),
                fill="none",
                stroke=colour,
                stroke_width="2.5",
                stroke_dasharray="7 5" if series.dashed else None,
            ),
            *(self.point(point, series) for point in points),
            class_=series.css_class,
        )

    def point(self, point: Point, series: Series) -> Markup:
        x, y, low, high = point
        words = f"{series.name}: {y:.3f} ({low:.3f} to {high:.3f}) at {x:{self.x_format}}"
        return svg_element(
            "circle", svg_title(words), cx=self.x(x), cy=self.y(y), r="3.5", fill=series.colour
        )

    def axes(self, ticks: Sequence[float], x_title: str, y_title: str) -> Markup:
        heights = (self.bottom + (self.top - self.bottom) * index / 4 for index in range(5))
        parts = [part for value in heights for part in self._height(value)]
        parts += self._ticks(ticks)
        parts.append(svg_text(x_title, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle"))
        turned = f"translate(13 {(HEIGHT - BOTTOM) / 2}) rotate(-90)"
        parts.append(svg_element("text", y_title, transform=turned, text_anchor="middle"))
        return Markup("").join(parts)

    def _height(self, value: float) -> tuple[Markup, Markup]:
        y = self.y(value)
        grid = svg_element("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y)
        return grid, svg_text(f"{value:.2f}", LEFT - 8, y + 4, "end")

    def _ticks(self, values: Sequence[float]) -> Iterator[Markup]:
        last = -1e9
        for value in values:
            if self.x(value) - last > NEXT_TICK:
                last = self.x(value)
                yield svg_text(f"{value:{self.x_format}}", last, HEIGHT - BOTTOM + 18, "middle")


BAR_ROW, BAR_LEFT = 30, 132  # pixels: height of a row of bars, where they begin


def paired_bars(
    rows: Sequence[tuple[str, float, float]], names: tuple[str, str], colours: tuple[str, str], most: float
) -> Markup:
    """Return two bars for every row, one below the other; a value of `most` fills the width."""
    parts: list[Markup] = []
    for index, (name, *values) in enumerate(rows):
        top = 8 + index * BAR_ROW
        parts.append(svg_text(name, BAR_LEFT - 8, top + 15, "end"))
        for number, value in enumerate(values):
            width = max(value / most * (WIDTH - BAR_LEFT - 60), 1.0)
            parts += _single_bar(
                value, width=width, y=top + number * 11, name=names[number], colour=colours[number]
            )
    return svg_drawing(BAR_ROW * len(rows) + 12, *parts, label="accepted labels by topic")


def _single_bar(value: float, *, width: float, y: int, name: str, colour: str) -> tuple[Markup, Markup]:
    shown = svg_title(f"{name}: {value:g}")
    bar = svg_element("rect", shown, x=BAR_LEFT, y=y, width=width, height=10, rx=2, fill=colour)
    return bar, svg_text(f"{value:.1f}", BAR_LEFT + width + 5, y + 9, class_="small")


def _round_down(value: float) -> float:
    return max(0.0, int(value * 20) / 20)


def _round_up(value: float) -> float:
    return min(1.0, (int(value * 20) + 1) / 20)
