"""Rows as columns, for unnest."""

from collections.abc import Sequence
from typing import Any


def as_columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Return rows of one length as columns. rows: at least one."""
    return [list(column) for column in zip(*rows, strict=True)]
