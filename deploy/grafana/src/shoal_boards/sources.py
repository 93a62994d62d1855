"""The YAML sources of the boards: rows of panels with their queries, units and thresholds."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["stat", "timeseries", "bargauge", "table", "heatmap"]
COMMON = "common.yaml"
WIDTH = 24
"""Columns of Grafana's grid."""


class Source(BaseModel):
    """A part of a source; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(Source):
    """One query. legend: name of a series, with `{{label}}` for labels."""

    expr: str
    legend: str = ""


class Look(Source):
    """How values are shown.

    unit: Grafana's name; `locale` is a number with separators. warn, bad: limits of yellow and red; with
    `bad` below `warn`, low values are bad. words: texts in place of values.
    """

    unit: str = "locale"
    decimals: int | None = None
    warn: float | None = None
    bad: float | None = None
    words: dict[str, str] = Field(default_factory=dict)


class Column(Look):
    """A column of a table: one query, whose labels are those of the other columns."""

    name: str
    expr: str


class Panel(Look):
    """One panel.

    about: the description that the (i) of the panel shows. size: columns and rows of the grid. see: uid of
    the board with more detail. by: labels of a table's rows, with the headings of their columns; a table
    without `columns` shows these labels alone. label_words: texts in place of the values of a label. share:
    values are between 0 and 1. sparkline: a number has a line of its history behind it; without one the query
    may use `$__range`.
    """

    kind: Kind
    title: str
    about: str
    size: tuple[int, int]
    expr: str = ""
    legend: str = ""
    queries: tuple[Query, ...] = ()
    by: dict[str, str] = Field(default_factory=dict)
    label_words: dict[str, dict[str, str]] = Field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    sort: str = ""
    stack: bool = False
    share: bool = False
    sparkline: bool = True
    see: str = ""

    @model_validator(mode="after")
    def _has_queries(self) -> "Panel":
        if bool(self.expr) + bool(self.queries) + bool(self.columns) != 1:
            raise ValueError(f"{self.title!r} needs one of expr, queries and columns")
        if (self.kind == "table") != bool(self.by):
            raise ValueError(f"{self.title!r}: tables, and only tables, have `by`")
        return self

    def all_queries(self) -> tuple[Query, ...]:
        """Return the queries of every kind of panel."""
        if self.expr:
            return (Query(expr=self.expr, legend=self.legend),)
        return self.queries or tuple(Query(expr=column.expr) for column in self.columns)


class Row(Source):
    """Panels under a heading. closed: Grafana shows the heading only, until it is clicked."""

    title: str
    panels: tuple[Panel, ...]


class Variable(Source):
    """A choice above the board: the values of a label."""

    label: str
    query: str
    about: str
    several: bool = True


class Board(Source):
    """One board. variables: names of the choices above it."""

    uid: str
    title: str
    about: str
    since: str
    variables: tuple[str, ...]
    rows: tuple[Row, ...]


class Event(Source):
    """Moments that every board marks: those at which the query has a value."""

    name: str
    expr: str
    text: str
    tags: str
    colour: str


class Common(Source):
    """What boards share. matchers: texts that stand for `<name>` in queries."""

    matchers: dict[str, str]
    variables: dict[str, Variable]
    events: tuple[Event, ...]


def read_boards(folder: Path) -> dict[str, Board]:
    """Return the boards of a folder by uid, in the order of its files; matchers are filled in."""
    matchers = read_common(folder).matchers
    files = sorted(path for path in folder.glob("*.yaml") if path.name != COMMON)
    boards = [Board.model_validate(fill_matchers(_read_yaml(path), matchers)) for path in files]
    return {board.uid: board for board in boards}


def read_common(folder: Path) -> Common:
    """Return what the boards of a folder share."""
    return Common.model_validate(_read_yaml(folder / COMMON))


def fill_matchers(node: Any, matchers: dict[str, str]) -> Any:
    """Return a node of YAML with its texts' `<name>` replaced by the matchers of that name."""
    if isinstance(node, dict):
        return {key: fill_matchers(value, matchers) for key, value in node.items()}
    if isinstance(node, list):
        return [fill_matchers(item, matchers) for item in node]
    if isinstance(node, str):
        for name, text in matchers.items():
            node = node.replace(f"{{<{name}>", f"{{{text}")
    return node


def _read_yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))
