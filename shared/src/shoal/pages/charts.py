"""Charts of shares as inline SVG: points and lines, and parts of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from shoal.pages.svg import BOTTOM, HEIGHT, TOP, WIDTH, svg_drawing, svg_element, svg_text, svg_title

LEFT, RIGHT = 72, 30
STARTS = (
    0.0,
    0.5,
    0.8,
    0.9,
    0.95,
)  # starts of an axis of shares from which five even steps to 1 are round numbers


@dataclass(frozen=True, slots=True)
class Line:
    """A line through (x, y) points; dashed for a bound or a goal."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One measured point with its interval. radius: in pixels. title: shown under the pointer."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """A plot with shares on both axes; x starts at `left`, y at `bottom`.

    marks: values on the x axis with their names.
    """

    x_title: str
    y_title: str
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    bottom: float = 0.0
    left: float = 0.0
    marks: Sequence[tuple[float, str]] = field(default_factory=tuple)

    def svg(self) -> Markup:
        """Return the plot."""
        parts = [*self._axes(), *map(self._line, self.lines), *map(self._dot, self.dots)]
        parts += [self._mark(x, word) for x, word in self.marks]
        return shares_drawing(HEIGHT, *parts, label=f"{self.y_title} against {self.x_title}")

    def _x(self, value: float) -> float:
        return LEFT + (value - self.left) / (1 - self.left) * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        inside = max(value, self.bottom)
        return HEIGHT - BOTTOM - (inside - self.bottom) / (1 - self.bottom) * (HEIGHT - TOP - BOTTOM)

    def _axes(self) -> list[Markup]:
        parts: list[Markup] = []
        for step in range(6):
            y, x = (low + (1 - low) * step / 5 for low in (self.bottom, self.left))
            height = self._y(y)
            parts += [
                svg_element("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height),
                svg_text(whole_percent(y), LEFT - 8, height + 4, "end"),
                svg_text(whole_percent(x), self._x(x), HEIGHT - BOTTOM + 18, "middle"),
            ]
        turned = f"translate(12 {(HEIGHT - BOTTOM) / 2}) rotate(-90)"
        parts.append(svg_text(self.x_title, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle"))
        parts.append(svg_element("text", self.y_title, transform=turned, text_anchor="middle"))
        return parts

    def _line(self, line: Line) -> Markup:
        return svg_element(
            "polyline",
            svg_title(line.name),
            points=" ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in line.points),
            fill="none",
            stroke=line.colour,
            stroke_width=2,
            stroke_dasharray="5 5" if line.dashed else None,
        )

    def _dot(self, dot: Dot) -> Markup:
        x, low, high = self._x(dot.x), self._y(dot.low), self._y(dot.high)
        blue = "var(--blue)"
        interval = svg_element(
            "line", x1=x, x2=x, y1=low, y2=high, stroke=blue, stroke_width=2, opacity=".45"
        )
        return interval + svg_element(
            "circle", svg_title(dot.title), cx=x, cy=self._y(dot.y), r=dot.radius, fill=blue
        )

    def _mark(self, value: float, word: str) -> Markup:
        x, low = self._x(value), HEIGHT - BOTTOM
        anchor, gap = ("end", -6) if x > WIDTH / 2 else ("start", 6)
        line = svg_element("line", x1=x, x2=x, y1=TOP, y2=low, stroke="var(--good)", stroke_width=2)
        return line + svg_text(word, x + gap, low - 8, anchor)


def parts_of_a_whole(parts: Sequence[tuple[str, float, str]]) -> Markup:
    """Return one bar of parts; a part has a name, a size and a CSS colour."""
    total = sum(size for _, size, _ in parts) or 1.0
    start, rects = 0.0, []
    for name, size, colour in parts:
        width = size / total * WIDTH
        shown = svg_title(f"{name}: {size:,.0f}")
        rect: dict[str, str | float] = {
            "x": start,
            "y": 0,
            "width": max(width - 2, 0.0),
            "height": 22,
            "rx": 4,
            "fill": colour,
        }
        rects.append(svg_element("rect", shown, **rect))
        start += width
    label = ", ".join(f"{name} {size:,.0f}" for name, size, _ in parts)
    return svg_drawing(22, *rects, label=label, class_="shares")


def start_of_axis(least: float) -> float:
    """Return the start of an axis of shares whose least value is `least`."""
    return max(start for start in STARTS if start <= max(least, 0.0))


def whole_percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{100 * share:.0f} %"


def shorten_words(words: str, most: int) -> str:
    """Return `words` cut to `most` letters."""
    return words if len(words) <= most else words[: most - 1] + "…"


def shares_drawing(height: int, *parts: Markup, label: str, width: int = WIDTH) -> Markup:
    """Return a drawing that pages show at up to twice its width."""
    style = f"max-width:{2 * width}px"
    return svg_drawing(height, *parts, label=label, width=width, class_="shares", style=style)
