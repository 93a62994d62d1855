"""The boards as Grafana reads them, and their queries as Prometheus reads them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "grafana"
Json = dict[str, Any]
VARIABLE = re.compile(r"\$\{?(\w+)\}?")
LABEL_VALUES = re.compile(r"label_values\((?P<selector>.+), (?P<label>\w+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a board: of a panel, a variable or an event. owner: what names it in a failure."""

    owner: str
    expr: str
    instant: bool


@cache
def read_boards() -> dict[str, Json]:
    """Return every board by its file's name."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}


def panels_of(board: Json) -> list[Json]:
    """Return the panels with queries."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def panel_queries(board: Json) -> Iterator[Query]:
    """Yield the queries of all panels."""
    for panel in panels_of(board):
        for target in panel["targets"]:
            owner = f"{board['title']} / {panel['title']} / {target['refId']}"
            yield Query(owner, target["expr"], target["instant"])


def event_queries(board: Json) -> Iterator[Query]:
    """Yield the queries of the moments that a board marks."""
    for event in board["annotations"]["list"]:
        yield Query(f"{board['title']} / {event['name']}", event["expr"], False)


def variable_selectors(board: Json) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the selector and the label of every variable with a query."""
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            match = LABEL_VALUES.fullmatch(variable["query"]["query"])
            assert match, variable["query"]
            yield variable["name"], match["selector"], match["label"]


def fill_macros(text: str, values: Mapping[str, str]) -> str:
    """Return a query with Grafana's variables replaced. Raises KeyError for one that has no value."""
    return VARIABLE.sub(lambda match: values[match[1]], text)


def example_values(board: Json) -> dict[str, str]:
    """Return a value for every variable and macro of a board, for queries that are only read."""
    names = [variable["name"] for variable in board["templating"]["list"]]
    return {**dict.fromkeys(names, ".*"), "__rate_interval": "1m", "__range": "1h", "__interval": "15s"}
