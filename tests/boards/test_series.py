"""Every query selects series that services export or rules record, by labels that these series have."""

import re
from collections.abc import Iterator

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
from boards.seriesnames import UnknownLabel, UnknownSeries, labels_of_result
from deploy.promkit import exported_series, expression_faults, recorded_series

BOARDS = read_boards()
EVERY_BOARD = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
LEGEND = re.compile(r"\{\{(\w+)\}\}")


def faults_of(board: Json) -> Iterator[str]:
    """Yield what a board asks for and nobody exports."""
    values = example_values(board)
    series = {**exported_series(), **recorded_series()}
    for query in [*panel_queries(board), *event_queries(board)]:
        expr = fill_macros(query.expr, values)
        try:
            labels_of_result(promql.parse(expr))
        except (UnknownLabel, UnknownSeries) as error:
            yield f"{query.owner}: {error!r}"
        known = [fault for fault in expression_faults(expr, series) if not fault.startswith("process_")]
        yield from (f"{query.owner}: {fault}" for fault in known)


@EVERY_BOARD
def test_every_series_exists_with_its_labels(board: Json) -> None:
    assert list(faults_of(board)) == []


@EVERY_BOARD
def test_variables_are_labels_of_their_series(board: Json) -> None:
    values = example_values(board)
    for _, selector, label in variable_selectors(board):
        assert label in labels_of_result(promql.parse(fill_macros(selector, values)))


@EVERY_BOARD
def test_legends_name_labels_of_the_result(board: Json) -> None:
    values = example_values(board)
    for panel in panels_of(board):
        for target in panel["targets"]:
            labels = labels_of_result(promql.parse(fill_macros(target["expr"], values)))
            assert set(LEGEND.findall(target["legendFormat"])) <= labels, panel["title"]
            if panel["type"] not in ("table", "stat"):
                assert target["legendFormat"] != "__auto", panel["title"]


@EVERY_BOARD
def test_the_queries_of_a_table_can_be_merged(board: Json) -> None:
    """Grafana merges rows whose labels are the same; another label in one query would split them."""
    values = example_values(board)
    for panel in panels_of(board):
        if panel["type"] == "table":
            names = panel["transformations"][1]["options"]["renameByName"]
            rows = {name for name in names if not name.startswith("Value")}
            for target in panel["targets"]:
                labels = labels_of_result(promql.parse(fill_macros(target["expr"], values)))
                assert labels == rows, f"{panel['title']} {target['refId']}"


@EVERY_BOARD
def test_single_numbers_are_single(board: Json) -> None:
    values = example_values(board)
    for panel in panels_of(board):
        if panel["type"] == "stat":
            (target,) = panel["targets"]
            assert labels_of_result(promql.parse(fill_macros(target["expr"], values))) == set()


@pytest.mark.parametrize(
    "expr",
    [
        "shoal_build_info{provider='x'}",
        "sum by (provider) (shoal_build_info)",
        "sum by (job) (shoal_build_info) / sum by (version) (shoal_build_info)",
        "shoal_never_exported",
    ],
)
def test_a_query_for_what_nobody_exports_is_a_fault(expr: str) -> None:
    with pytest.raises((UnknownLabel, UnknownSeries)):
        labels_of_result(promql.parse(expr))
