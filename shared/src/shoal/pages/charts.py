"""Charts of shares as inline SVG: points beside a line of truth, intervals, a matrix, parts of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from shoal.pages.plots import BOTTOM, HEIGHT, TOP, WIDTH

LEFT, RIGHT = 72, 30
STEP = 22  # height of a row of intervals
STARTS = (0.0, 0.5, 0.8, 0.9, 0.95)  # of an axis of shares: five even steps to 1 are round numbers
ORANGE = "#d9730d"


@dataclass(frozen=True, slots=True)
class Line:
    """(x, y) points joined; dashed where it is a bound or a goal."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One measured point with its interval; radius in pixels; title is shown under the pointer."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class Shares:
    """A plot whose axes are shares; y starts at `bottom`."""

    x_title: str
    y_title: str
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    bottom: float = 0.0
    left: float = 0.0
    marks: Sequence[tuple[float, str]] = field(default_factory=tuple)
    """Places on the x axis with a word beside them."""

    def svg(self) -> str:
        """Return the plot."""
        parts = [self._axes(), *map(self._line, self.lines), *map(self._dot, self.dots)]
        parts += [self._mark(x, word) for x, word in self.marks]
        return _svg(HEIGHT, parts, f"{self.y_title} against {self.x_title}")

    def _x(self, value: float) -> float:
        return LEFT + (value - self.left) / (1 - self.left) * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        inside = max(value, self.bottom)
        return HEIGHT - BOTTOM - (inside - self.bottom) / (1 - self.bottom) * (HEIGHT - TOP - BOTTOM)

    def _axes(self) -> str:
        parts = []
        for place in range(6):
            y, x = (low + (1 - low) * place / 5 for low in (self.bottom, self.left))
            parts.append(
                f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{self._y(y):.1f}" y2="{self._y(y):.1f}"/>'
                f'<text x="{LEFT - 8}" y="{self._y(y) + 4:.1f}" text-anchor="end">{percent(y)}</text>'
                f'<text x="{self._x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{percent(x)}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        return "".join(parts) + (
            f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(self.x_title)}</text>'
            f'<text transform="translate(12 {(HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y_title)}</text>"
        )

    def _line(self, line: Line) -> str:
        points = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in line.points)
        dash = ' stroke-dasharray="5 5"' if line.dashed else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}>'
            f"<title>{escape(line.name)}</title></polyline>"
        )

    def _dot(self, dot: Dot) -> str:
        x = f"{self._x(dot.x):.1f}"
        return (
            f'<line x1="{x}" x2="{x}" y1="{self._y(dot.low):.1f}" y2="{self._y(dot.high):.1f}" stroke="var(--blue)" '
            f'stroke-width="2" opacity=".45"/><circle cx="{x}" cy="{self._y(dot.y):.1f}" r="{dot.radius:.1f}" '
            f'fill="var(--blue)"><title>{escape(dot.title)}</title></circle>'
        )

    def _mark(self, x: float, word: str) -> str:
        at = self._x(x)
        anchor, gap = ("end", -6) if at > WIDTH / 2 else ("start", 6)
        return (
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="var(--good)" '
            'stroke-width="2"/>'
            f'<text x="{at + gap:.1f}" y="{HEIGHT - BOTTOM - 8}" text-anchor="{anchor}">{escape(word)}</text>'
        )


def intervals(rows: Sequence[tuple[str, float, float, float, str]], goal: float) -> str:
    """Return one line for each row of name, value, low, high (shares) and a note; `goal` is a dashed line."""
    left, right = 132, 100
    height = STEP * len(rows) + 26

    def x(value: float) -> float:
        return left + value * (WIDTH - left - right)

    parts = [
        f'<line class="grid" x1="{x(place / 4):.1f}" x2="{x(place / 4):.1f}" y1="4" y2="{height - 20}"/>'
        f'<text x="{x(place / 4):.1f}" y="{height - 4}" text-anchor="middle">{percent(place / 4)}</text>'
        for place in range(5)
    ]
    parts.append(
        f'<line x1="{x(goal):.1f}" x2="{x(goal):.1f}" y1="4" y2="{height - 20}" stroke="var(--grey)" '
        'stroke-dasharray="4 4"/>'
    )
    for index, (name, value, low, high, note) in enumerate(rows):
        y = 4 + STEP * index + STEP / 2
        title = f"<title>{escape(name)}: {percent(value)} ({percent(low)} to {percent(high)})</title>"
        parts.append(
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{escape(_short(name, 15))}</text>'
            f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{y}" y2="{y}" stroke="var(--blue)" stroke-width="6" '
            f'opacity=".3" stroke-linecap="round">{title}</line>'
            f'<circle cx="{x(value):.1f}" cy="{y}" r="4.5" fill="var(--blue)">{title}</circle>'
            f'<text x="{WIDTH - right + 10}" y="{y + 4}">{escape(note)}</text>'
        )
    return _svg(height, parts, "shares with their intervals")


def matrix(names: Sequence[str], shares: Sequence[Sequence[float]], row_title: str, column_title: str) -> str:
    """Return a square of shares, each row adding up to 1; what is off the diagonal is orange."""
    left, top = 118, 38 + 5 * max(len(_short(name, 11)) for name in names)
    size = min(54.0, (WIDTH - left - 70) / len(names))
    height, width = int(top + size * len(names) + 10), int(left + size * len(names) + 70)
    parts = [
        f'<text x="{left}" y="14">{escape(column_title)} &#8594;</text>'
        f'<text x="{left - 8}" y="{top - 8}" text-anchor="end">{escape(row_title)} &#8595;</text>'
    ]
    for i, name in enumerate(names):
        middle = size * i + size / 2
        parts.append(
            f'<text x="{left - 8}" y="{top + middle + 4:.1f}" text-anchor="end">{escape(_short(name, 13))}</text>'
            f'<text transform="translate({left + middle + 4:.1f} {top - 8}) rotate(-45)">'
            f"{escape(_short(name, 11))}</text>"
        )
        parts += [_cell(names, i, j, share, left, top, size) for j, share in enumerate(shares[i])]
    return _svg(height, parts, f"{row_title} against {column_title}", width)


def _cell(names: Sequence[str], i: int, j: int, share: float, left: int, top: int, size: float) -> str:
    x, y = left + size * j, top + size * i
    colour = "var(--good)" if i == j else ORANGE
    title = f"<title>{escape(names[i])} as {escape(names[j])}: {100 * share:.1f} %</title>"
    word = f"{100 * share:.0f}" if share >= 0.005 and size >= 22 else ""
    return (
        f'<rect x="{x + 1:.1f}" y="{y + 1:.1f}" width="{size - 2:.1f}" height="{size - 2:.1f}" rx="4" '
        f'fill="{colour}" fill-opacity="{0.06 + 0.6 * share:.3f}">{title}</rect>'
        f'<text x="{x + size / 2:.1f}" y="{y + size / 2 + 4:.1f}" text-anchor="middle" style="fill:var(--ink)">'
        f"{word}</text>"
    )


def parts_of_a_whole(parts: Sequence[tuple[str, float, str]]) -> str:
    """Return one bar of named parts; a part is its name, its size and its CSS colour."""
    total = sum(size for _, size, _ in parts) or 1.0
    at, drawn = 0.0, []
    for name, size, colour in parts:
        wide = size / total * WIDTH
        drawn.append(
            f'<rect x="{at:.1f}" y="0" width="{max(wide - 2, 0):.1f}" height="22" rx="4" fill="{colour}">'
            f"<title>{escape(name)}: {size:,.0f}</title></rect>"
        )
        at += wide
    return _svg(22, drawn, ", ".join(f"{name} {size:,.0f}" for name, size, _ in parts), widest=0)


def start_of_axis(least: float) -> float:
    """Return where an axis of shares starts that has to show `least`."""
    return max(start for start in STARTS if start <= max(least, 0.0))


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{100 * share:.0f} %"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _svg(height: int, parts: Sequence[str], label: str, width: int = WIDTH, widest: int = 2) -> str:
    """Return the drawing; `widest`: times its own width that it may be shown at, 0 without end."""
    limit = f' style="max-width:{widest * width}px"' if widest else ""
    head = (
        f'<svg class="shares" viewBox="0 0 {width} {height}"{limit} role="img" aria-label="{escape(label)}">'
    )
    return f"{head}{''.join(parts)}</svg>"
