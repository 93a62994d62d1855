"""Self-contained pages: inline style, inline SVG, no script and no address outside of them."""

from shoal.pages.charts import Dot, Line, Shares, parts_of_a_whole, start_of_axis
from shoal.pages.crowds import intervals, matrix
from shoal.pages.plots import Series, bars, curves
from shoal.pages.rendering import render_page
from shoal.pages.words import format_count, format_percent

__all__ = [
    "Dot",
    "Line",
    "Series",
    "Shares",
    "bars",
    "curves",
    "format_count",
    "format_percent",
    "intervals",
    "matrix",
    "parts_of_a_whole",
    "render_page",
    "start_of_axis",
]
