"""Places of panels on Grafana's grid: from left to right, then the next line."""

from collections.abc import Iterator, Sequence

from shoal_boards.fields import Json
from shoal_boards.sources import WIDTH, Panel, Row

HEADING = 1
"""Height of a row's heading."""


def row_places(row: Row, top: int) -> Iterator[tuple[Panel, Json]]:
    """Yield every panel with its gridPos. top: the first line below the heading."""
    x, y, height = 0, top, 0
    for panel in row.panels:
        width, rows = panel.size
        if x + width > WIDTH:
            x, y, height = 0, y + height, 0
        yield panel, {"x": x, "y": y, "w": width, "h": rows}
        x, height = x + width, max(height, rows)


def bottom_line(places: Sequence[Json]) -> int:
    """Return the first line below the panels."""
    return max(int(grid["y"] + grid["h"]) for grid in places)
