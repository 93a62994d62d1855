"""Self-contained pages: inline style, inline SVG, no script and no address outside of them."""

from shoal.pages.page import STYLE, page, table
from shoal.pages.plots import Series, bars, curves

__all__ = ["STYLE", "Series", "bars", "curves", "page", "table"]
