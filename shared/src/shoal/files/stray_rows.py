"""Rows of a table that are no data: a ruler below the header, and the header again."""

import re
from collections.abc import Mapping

import numpy as np

from shoal.files.columns import Column


def starts_with_ruler(cells: Mapping[str, Column]) -> bool:
    """Return whether the first row draws a line: "---" or ":--:" in each of several cells."""
    first = [column.rows(np.arange(min(1, len(column.code)))).cells() for column in cells.values()]
    return len(first) > 1 and all(row and re.fullmatch(r"\s*:?--+:?\s*", row[0]) for row in first)


def repeated_headers(cells: Mapping[str, Column]) -> list[int]:
    """Return the rows whose cells are the names of their columns, as in files that were joined."""
    if len(cells) < 2:
        return []
    again = np.array(True)
    for name, column in sorted(cells.items(), key=lambda cell: len(cell[1].texts)):  # few texts, few steps
        code = next((code for code, text in enumerate(map(str.strip, column.texts)) if text == name), None)
        if code is None:
            return []
        again = again & (column.code == code)
    return [int(row) for row in np.flatnonzero(again)]
