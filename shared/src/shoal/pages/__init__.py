"""Self-contained pages: inline style, inline SVG, no script and no address outside of them."""

from shoal.pages.charts import Dot, Line, Shares, intervals, matrix, parts_of_a_whole, start_of_axis
from shoal.pages.page import STYLE, page, table
from shoal.pages.plots import Series, bars, curves

__all__ = [
    "STYLE",
    "Dot",
    "Line",
    "Series",
    "Shares",
    "bars",
    "curves",
    "intervals",
    "matrix",
    "page",
    "parts_of_a_whole",
    "start_of_axis",
    "table",
]
