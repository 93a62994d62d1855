"""The rules of Grafana's dashboard-linter, and words for people who do not know Prometheus."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser as promql
import pytest

from boards.boardkit import (
    Json,
    event_queries,
    example_values,
    fill_macros,
    panel_queries,
    panels_of,
    read_boards,
    variable_selectors,
)
from boards.seriesnames import name_of_selector, selectors_in

BOARDS = read_boards()
EVERY_BOARD = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
WINDOW = re.compile(r"\b(rate|increase|irate|delta)\((?:[^()]|\([^()]*\))*?\[([^\]]+)\]")
WITHOUT_UNIT = ("heatmap", "table")
"""A heatmap's unit is that of its axis; a table's columns have one each."""
OF_REPLICAS = {"job", "instance"}
CONSTANTS = ("slo:objective:ratio",)
"""Recorded numbers that are the same in every installation."""


def queries_of(board: Json) -> Iterator[Any]:
    yield from panel_queries(board)
    yield from event_queries(board)


@EVERY_BOARD
def test_titles_and_descriptions_are_for_people(board: Json) -> None:
    titles = [panel["title"] for panel in panels_of(board)]
    assert len(set(titles)) == len(titles)
    for panel in panels_of(board):
        assert panel["title"][0].isupper()
        assert "_" not in panel["title"]
        assert len(panel["description"]) > 20, panel["title"]
        assert panel["description"].endswith((".", ")")), panel["title"]
        assert "shoal_" not in panel["description"]


@EVERY_BOARD
def test_values_have_units(board: Json) -> None:
    for panel in panels_of(board):
        if panel["type"] not in WITHOUT_UNIT:
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        for override in panel["fieldConfig"]["overrides"]:
            options = {option["id"] for option in override["properties"]}
            assert options == {"mappings"} or "unit" in options, panel["title"]


@EVERY_BOARD
def test_every_query_is_promql(board: Json) -> None:
    values = example_values(board)
    for query in queries_of(board):
        promql.parse(fill_macros(query.expr, values))
    for _, selector, _ in variable_selectors(board):
        promql.parse(fill_macros(selector, values))


@EVERY_BOARD
def test_rates_follow_the_zoom(board: Json) -> None:
    """Counters are read over Grafana's rate interval; totals of the whole time range are asked for once."""
    for query in queries_of(board):
        for _, window in WINDOW.findall(query.expr):
            assert window == "$__rate_interval" or (window == "$__range" and query.instant), query.owner


@EVERY_BOARD
def test_every_choice_is_used(board: Json) -> None:
    texts = [query.expr for query in queries_of(board)]
    for variable in board["templating"]["list"][1:]:
        assert any(f"${variable['name']}" in text for text in texts), variable["name"]
        assert variable["label"]
        assert variable["description"]


@EVERY_BOARD
def test_every_series_is_of_the_chosen_installation(board: Json) -> None:
    """Each selector has `namespace`; boards with replicas select `job` and `instance` of exported series too.

    Boards for managers do not: a manager chooses projects, and gauges are the same in every replica.
    """
    values = example_values(board)
    of_replicas = {variable["name"] for variable in board["templating"]["list"]} & OF_REPLICAS
    for query in queries_of(board):
        for selector in selectors_in(promql.parse(fill_macros(query.expr, values))):
            if name_of_selector(selector) in CONSTANTS:
                continue
            labels = {matcher.name for matcher in selector.matchers.matchers}
            assert "namespace" in labels, query.owner
            exported = ":" not in name_of_selector(selector)
            if exported and query in list(panel_queries(board)):
                assert of_replicas <= labels, query.owner


@EVERY_BOARD
def test_choices_reach_every_query_that_could_use_them(board: Json) -> None:
    """A panel that ignores the chosen project would show another one's numbers."""
    chosen = {variable["name"] for variable in board["templating"]["list"]} & {"project"}
    values = example_values(board)
    for query in panel_queries(board):
        for selector in selectors_in(promql.parse(fill_macros(query.expr, values))):
            labels = {matcher.name for matcher in selector.matchers.matchers}
            if "shoal_qa_fit_seconds" not in name_of_selector(selector):  # fits are not told apart by project
                assert chosen <= labels, query.owner
