"""Drawings of tasks with boxes, outlines or spans: what each annotator marked, and the consensus."""

from collections.abc import Sequence

from markupsafe import Markup

from shoal.pages import svg_drawing, svg_element, svg_title
from shoal.wording import format_count
from shoal_qa.usecases.files.facts import DrawnShape

WIDTH, MOST_HEIGHT, MARGIN = 240, 240, 4
COLOURS = ("#d9730d", "#8250df", "#1a7f37", "#bf3989", "#0969da", "#9a6700")  # of annotators


def draw_shapes(shapes: Sequence[DrawnShape]) -> Markup | None:
    """Return the drawing, as large as its shapes; None without any."""
    if not shapes:
        return None
    xs = [x for shape in shapes for x, _ in shape.points]
    ys = [y for shape in shapes for _, y in shape.points]
    left, top, wide, high = min(xs), min(ys), max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    scale = min((WIDTH - 2 * MARGIN) / wide, (MOST_HEIGHT - 2 * MARGIN) / high)
    people = sorted({shape.by for shape in shapes if not shape.merged})
    colour = {by: COLOURS[number % len(COLOURS)] for number, by in enumerate(people)}
    parts = []
    for shape in sorted(shapes, key=lambda shape: shape.merged):
        points = [
            f"{MARGIN + scale * (x - left):.1f},{MARGIN + scale * (y - top):.1f}" for x, y in shape.points
        ]
        paint = _consensus_paint() if shape.merged else {"stroke": colour[shape.by], "fill": "none"}
        title = svg_title(f"{shape.by}: {shape.label}")
        parts.append(svg_element("polygon", title, points=" ".join(points), **paint))
    height = int(scale * high + 2 * MARGIN)
    return svg_drawing(
        height, *parts, label=f"what {format_count(len(people), 'annotator')} marked", width=WIDTH
    )


def _consensus_paint() -> dict[str, str]:
    return {"stroke": "var(--ink)", "stroke_width": "2.5", "fill": "var(--ink)", "fill_opacity": "0.08"}
