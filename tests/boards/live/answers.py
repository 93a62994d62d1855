"""What Prometheus answers to the queries of a board."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser as promql

from boards.boardkit import Json, Query, event_queries, fill_macros, panel_queries, variable_selectors
from boards.live.prometheus import NAMESPACE, Prometheus, Series, Span
from boards.seriesnames import selectors_in

RATE_INTERVAL = "15s"
"""Grafana takes four scrape intervals or more; events are rarer than scrapes."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Asks Prometheus for what a board shows in a time range, with every choice left open."""

    prometheus: Prometheus
    span: Span

    def of_query(self, board: Json, query: Query) -> list[Series]:
        """Return the series of a query."""
        return self.of_expression(self.filled(board, query.expr), instant=query.instant)

    def of_expression(self, expr: str, *, instant: bool) -> list[Series]:
        """Return the series of an expression without variables."""
        if instant:
            return self.prometheus.at(expr, self.span.end)
        return self.prometheus.over(expr, self.span)

    def filled(self, board: Json, text: str) -> str:
        """Return a query with the values that Grafana would fill in."""
        chosen = {
            variable["name"]: variable.get("allValue", NAMESPACE) for variable in board["templating"]["list"]
        }
        step = f"{self.span.step:.0f}s"
        macros = {"__rate_interval": RATE_INTERVAL, "__range": f"{self.span.seconds}s", "__interval": step}
        return fill_macros(text, {**chosen, **macros})

    def gaps_of(self, board: Json) -> Iterator[str]:
        """Yield a line for every query, selector and variable of a board that has no data."""
        for query in [*panel_queries(board), *event_queries(board)]:
            expr = self.filled(board, query.expr)
            yield from (
                f"{query.owner}: {gap}" for gap in self.gaps_of_expression(expr, instant=query.instant)
            )
        for name, selector, label in variable_selectors(board):
            if not self.prometheus.label_values(self.filled(board, selector), label, self.span):
                yield f"{board['title']} / variable {name}: no values of {label}"

    def gaps_of_expression(self, expr: str, *, instant: bool) -> Iterator[str]:
        """Yield a line for every selector without series, and one if the whole has no value."""
        missing = [
            gap for selector in selectors_in(promql.parse(expr)) for gap in self._selector_gap(selector)
        ]
        yield from missing
        if not missing and not has_values(self.of_expression(expr, instant=instant)):
            yield f"no values of {expr}"

    def _selector_gap(self, selector: Any) -> Iterator[str]:
        text = f"last_over_time({_without_offset(selector)}[{self.span.seconds}s])"
        if not self.prometheus.at(text, self.span.end):
            yield f"no series {_without_offset(selector)}"


def has_values(series: list[Series]) -> bool:
    """Return whether some series has a number at some moment."""
    return any(not math.isnan(value) for line in series for _, value in points_of(line))


def points_of(series: Series) -> list[tuple[float, float]]:
    """Return moments and values of a series."""
    pairs = series["values"] if "values" in series else [series["value"]]
    return [(float(moment), float(value)) for moment, value in pairs]


def _without_offset(selector: Any) -> str:
    return f"{selector.name or ''}{selector.matchers}"
