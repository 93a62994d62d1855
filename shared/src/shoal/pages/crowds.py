"""Charts of annotators and classes as inline SVG: rows of intervals, and a confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shoal.pages.charts import shares_drawing, shorten_words, whole_percent
from shoal.pages.svg import WIDTH, svg_element, svg_text, svg_title

STEP = 22  # height of a row of intervals
LEFT, RIGHT = 132, 100
ORANGE = "#d9730d"


def interval_rows(rows: Sequence[tuple[str, float, float, float, str]], goal: float | None) -> Markup:
    """Return a chart of intervals: one per row of name, value, low, high (shares) and note.

    goal: the share at the dashed line, None for no line.
    """
    height = STEP * len(rows) + 26
    foot = height - 20
    parts = [part for quarter in range(5) for part in _quarter_line(quarter / 4, height)]
    if goal is not None:
        x = _share_x(goal)
        line = {"stroke": "var(--grey)", "stroke_dasharray": "4 4"}
        parts.append(svg_element("line", x1=x, x2=x, y1=4, y2=foot, **line))
    parts += [_interval_row(row, 4 + STEP * index + STEP / 2) for index, row in enumerate(rows)]
    return shares_drawing(height, *parts, label="shares with their intervals")


def _share_x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _quarter_line(share: float, height: int) -> tuple[Markup, Markup]:
    x = _share_x(share)
    grid = svg_element("line", class_="grid", x1=x, x2=x, y1=4, y2=height - 20)
    return grid, svg_text(whole_percent(share), x, height - 4, "middle")


def _interval_row(row: tuple[str, float, float, float, str], y: float) -> Markup:
    name, value, low, high, note = row
    shown = svg_title(f"{name}: {whole_percent(value)} ({whole_percent(low)} to {whole_percent(high)})")
    line = {"stroke": "var(--blue)", "stroke_width": "6", "opacity": ".3", "stroke_linecap": "round"}
    return Markup("").join(
        [
            svg_text(shorten_words(name, 15), LEFT - 8, y + 4, "end"),
            svg_element("line", shown, x1=_share_x(low), x2=_share_x(high), y1=y, y2=y, **line),
            svg_element("circle", shown, cx=_share_x(value), cy=y, r="4.5", fill="var(--blue)"),
            svg_text(note, WIDTH - RIGHT + 10, y + 4),
        ]
    )


def shares_matrix(
    names: Sequence[str], shares: Sequence[Sequence[float]], row_title: str, column_title: str
) -> Markup:
    """Return a square matrix of shares whose rows add up to 1; cells off the diagonal are orange."""
    left, top = 118, 38 + 5 * max(len(shorten_words(name, 11)) for name in names)
    grid = _Grid(names, left, top, min(54.0, (WIDTH - left - 70) / len(names)))
    side = grid.size * len(names)
    parts = [
        svg_text(f"{column_title} →", left, 14),
        svg_text(f"{row_title} ↓", left - 8, top - 8, "end"),
        *(part for index in range(len(names)) for part in grid.row(index, shares[index])),
    ]
    label = f"{row_title} against {column_title}"
    return shares_drawing(int(top + side + 10), *parts, label=label, width=int(left + side + 70))


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of a matrix, `size` pixels wide, from (left, top)."""

    names: Sequence[str]
    left: int
    top: int
    size: float

    def row(self, index: int, shares: Sequence[float]) -> list[Markup]:
        """Return the row's name, its column's name, and its cells."""
        middle = self.size * index + self.size / 2
        turned = f"translate({self.left + middle + 4:.1f} {self.top - 8}) rotate(-45)"
        return [
            svg_text(shorten_words(self.names[index], 13), self.left - 8, self.top + middle + 4, "end"),
            svg_element("text", shorten_words(self.names[index], 11), transform=turned),
            *(self._cell(index, column, share) for column, share in enumerate(shares)),
        ]

    def _cell(self, row: int, column: int, share: float) -> Markup:
        x, y, inner = self.left + self.size * column, self.top + self.size * row, self.size - 2
        shown = svg_title(f"{self.names[row]} as {self.names[column]}: {100 * share:.1f} %")
        words = f"{100 * share:.0f}" if share >= 0.005 and self.size >= 22 else ""
        paint = {
            "fill": "var(--good)" if row == column else ORANGE,
            "fill_opacity": f"{0.06 + 0.6 * share:.3f}",
        }
        box = svg_element("rect", shown, x=x + 1, y=y + 1, width=inner, height=inner, rx=4, **paint)
        middle, base = x + self.size / 2, y + self.size / 2 + 4
        return box + svg_text(words, middle, base, "middle", style="fill:var(--ink)")
