"""The boards' JSON is what their sources say and what Grafana reads, and nothing of one installation."""

import json
import re
from itertools import combinations
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from boards.boardkit import FOLDER, Json, panels_of, read_boards
from shoal_boards.__main__ import render_boards

BOARDS = read_boards()
EVERY_BOARD = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
OF_PROMETHEUS = re.compile(r"\.annotations\.list\[\d+\]\.(step|titleFormat|tagKeys|useValueForTime)")
"""Options of Prometheus' events, which Grafana's schema leaves to the data source."""


def test_the_files_are_those_of_the_sources() -> None:
    rendered = {file.name: text for file, text in render_boards()}
    files = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.json")}
    assert files == rendered, "run: python -m shoal_boards"


def test_there_are_four_boards_and_the_first_is_about_throughput() -> None:
    assert [file.stem for file, _ in render_boards()] == [
        "shoal-labelling-throughput",
        "shoal-label-quality",
        "shoal-stream-and-services",
        "shoal-providers-and-money",
    ]


@EVERY_BOARD
def test_a_board_has_a_fixed_uid_and_no_traces_of_an_export(board: Json) -> None:
    assert BOARDS[board["uid"]] is board
    assert len(board["uid"]) <= 40
    assert not {"id", "version", "__inputs", "__requires", "__elements"} & board.keys()
    assert board["schemaVersion"] == 41


@EVERY_BOARD
def test_grafana_knows_every_option(board: Json) -> None:
    register_default_plugins()
    known = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board)))
    lost = [path for path in lost_paths(board, known) if not OF_PROMETHEUS.match(path)]
    assert lost == []


def lost_paths(value: Any, known: Any, path: str = "") -> list[str]:
    """Return the paths of what Grafana's own model of a board does not keep."""
    if isinstance(value, dict) and isinstance(known, dict):
        inner = [(f"{path}.{key}", item, known.get(key, lost_paths)) for key, item in value.items()]
    elif isinstance(value, list) and isinstance(known, list) and len(value) == len(known):
        inner = [(f"{path}[{index}]", *pair) for index, pair in enumerate(zip(value, known, strict=True))]
    else:
        return [] if value == known else [path]
    return [lost for inner_path, item, other in inner for lost in lost_paths(item, other, inner_path)]


@EVERY_BOARD
def test_panels_have_ids_of_their_own_and_do_not_overlap(board: Json) -> None:
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24, panel["title"]
    for one, other in combinations(board["panels"], 2):
        assert not overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])


def overlap(one: Json, other: Json) -> bool:
    """Return whether two places share a field of the grid."""
    return all(
        one[start] < other[start] + other[length] and other[start] < one[start] + one[length]
        for start, length in (("x", "w"), ("y", "h"))
    )


@EVERY_BOARD
def test_rows_are_full(board: Json) -> None:
    """A line of panels that ends early, or panels of unequal height side by side, leave a hole."""
    fields = {
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    }
    height = 1 + max(y for _, y in fields)
    assert {(x, y) for x in range(24) for y in range(height)} - fields == set()


@EVERY_BOARD
def test_every_data_source_is_the_chosen_one(board: Json) -> None:
    first = board["templating"]["list"][0]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    parts = [*panels_of(board), *board["annotations"]["list"], *board["templating"]["list"][1:]]
    targets = [target for panel in panels_of(board) for target in panel["targets"]]
    assert all(part["datasource"] == chosen for part in [*parts, *targets])


@EVERY_BOARD
def test_links_lead_to_boards_and_carry_their_choices(board: Json) -> None:
    links = [link for panel in panels_of(board) for link in panel["links"]]
    assert board["links"][0]["tags"] == board["tags"] == ["shoal"]
    for link in links:
        uid = link["url"].removeprefix("/d/").split("?")[0]
        names = {variable["name"] for variable in BOARDS[uid]["templating"]["list"]}
        sent = set(re.findall(r"\$\{(\w+):queryparam\}", link["url"]))
        assert {"datasource", "project"} <= sent <= names
