"""Plots as inline SVG, coloured by the page's variables, so that they follow light and dark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

Scale = Callable[[float], float]
WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 44


@dataclass(frozen=True, slots=True)
class Series:
    """One line: (x, y, low, high) points, its name and its CSS colour; the class of what is drawn of it."""

    name: str
    colour: str
    points: Sequence[tuple[float, float, float, float]]
    dashed: bool = False
    css_class: str = ""


def curves(series: Sequence[Series], x_title: str, y_title: str, x_format: str = ",.0f") -> str:
    """Return a line plot with intervals as bands. x_format: of the numbers on the x axis."""
    xs = [point[0] for each in series for point in each.points]
    lows = [point[2] for each in series for point in each.points]
    highs = [point[3] for each in series for point in each.points]
    top = _round_up(max(highs))
    bottom = min(_round_down(min(lows)), top - 0.05)  # equal values would have no height
    far = max(xs) or 1.0

    def x(value: float) -> float:
        return LEFT + value / far * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    parts = [
        _axes(x, y, {value: f"{value:{x_format}}" for value in sorted(xs)}, (bottom, top), x_title, y_title)
    ]
    for each in series:
        band = [f"{x(p[0]):.1f},{y(p[3]):.1f}" for p in each.points]
        band += [f"{x(p[0]):.1f},{y(p[2]):.1f}" for p in reversed(each.points)]
        line = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in each.points)
        dashes = ' stroke-dasharray="7 5"' if each.dashed else ""
        parts.append(f'<g class="{each.css_class}">')
        parts.append(f'<polygon points="{" ".join(band)}" fill="{each.colour}" opacity=".16"/>')
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{each.colour}" stroke-width="2.5"{dashes}/>'
        )
        parts += [
            f'<circle cx="{x(p[0]):.1f}" cy="{y(p[1]):.1f}" r="3.5" fill="{each.colour}">'
            f"<title>{escape(each.name)}: {p[1]:.3f} ({p[2]:.3f} to {p[3]:.3f}) at {p[0]:{x_format}}</title></circle>"
            for p in each.points
        ]
        parts.append("</g>")
    return _svg(HEIGHT, parts, f"{y_title} against {x_title}")


def bars(
    rows: Sequence[tuple[str, float, float]], names: tuple[str, str], colours: tuple[str, str], most: float
) -> str:
    """Return two bars for each row, one under the other; a value of `most` fills the width."""
    step, left = 30, 132
    height = step * len(rows) + 12
    parts: list[str] = []
    for index, (title, *values) in enumerate(rows):
        top = 8 + index * step
        parts.append(f'<text x="{left - 8}" y="{top + 15}" text-anchor="end">{escape(title)}</text>')
        for place, value in enumerate(values):
            long = value / most * (WIDTH - left - 60)
            spot = top + place * 11
            parts.append(
                f'<rect x="{left}" y="{spot}" width="{max(long, 1):.1f}" height="10" rx="2" fill="{colours[place]}">'
                f"<title>{escape(names[place])}: {value:g}</title></rect>"
                f'<text class="small" x="{left + max(long, 1) + 5:.1f}" y="{spot + 9}">{value:.1f}</text>'
            )
    return _svg(height, parts, "accepted labels by topic")


def _axes(
    x: Scale, y: Scale, xs: Mapping[float, str], ends: tuple[float, float], x_title: str, y_title: str
) -> str:
    parts: list[str] = []
    bottom, top = ends
    for index in range(5):
        value = bottom + (top - bottom) * index / 4
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    shown = -1e9
    for value, word in xs.items():
        if x(value) - shown > 34:
            shown = x(value)
            parts.append(
                f'<text x="{shown:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{word}</text>'
            )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(
        f'<text transform="translate(13 {(HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{escape(y_title)}</text>'
    )
    return "".join(parts)


def _svg(height: int, parts: list[str], label: str) -> str:
    inner = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{inner}</svg>'


def _round_down(value: float) -> float:
    return max(0.0, int(value * 20) / 20)


def _round_up(value: float) -> float:
    return min(1.0, (int(value * 20) + 1) / 20)
