"""Self-contained pages: inline styles and SVG, no scripts and no external addresses."""

from shoal.pages.charts import Dot, Line, Shares, parts_of_a_whole, start_of_axis
from shoal.pages.crowds import interval_rows, shares_matrix
from shoal.pages.plots import Series, line_plot, paired_bars
from shoal.pages.rendering import render_page
from shoal.pages.svg import svg_drawing, svg_element, svg_title
from shoal.pages.words import format_percent

__all__ = [
    "Dot",
    "Line",
    "Series",
    "Shares",
    "format_percent",
    "interval_rows",
    "line_plot",
    "paired_bars",
    "parts_of_a_whole",
    "render_page",
    "shares_matrix",
    "start_of_axis",
    "svg_drawing",
    "svg_element",
    "svg_title",
]
