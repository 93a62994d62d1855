"""Grafana's JSON of a whole board: choices, links to the other boards, events and panels."""

from collections.abc import Iterator, Sequence
from itertools import count

from shoal_boards.fields import Json
from shoal_boards.layout import HEADING, bottom_line, row_places
from shoal_boards.panels import DATASOURCE, panel_json
from shoal_boards.sources import Board, Common, Event, Panel, Variable

SCHEMA = 41
"""Version of the JSON: Grafana 11.6 and 12; later versions convert it."""
TAG = "shoal"


def board_json(board: Board, common: Common, titles: dict[str, str]) -> Json:
    """Return a board. titles: the title of every board by uid."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.about.strip(),
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "1m",
        "time": {"from": f"now-{board.since}", "to": "now"},
        "links": [_board_links()],
        "annotations": {"list": [_event_json(event) for event in common.events]},
        "templating": {"list": list(_board_choices(board, common))},
        "panels": list(_place_panels(board, titles)),
    }


def _place_panels(board: Board, titles: dict[str, str]) -> Iterator[Json]:
    numbers, top = count(1), 0
    for row in board.rows:
        grid = {"x": 0, "y": top, "w": 24, "h": HEADING}
        yield {
            "id": next(numbers),
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": grid,
            "panels": [],
        }
        placed = list(row_places(row, top + HEADING))
        for panel, panel_place in placed:
            yield panel_json(panel, next(numbers), panel_place, _panel_links(panel, board, titles))
        top = bottom_line([panel_place for _, panel_place in placed])


def _panel_links(panel: Panel, board: Board, titles: dict[str, str]) -> list[Json]:
    if not panel.see:
        return []
    choices = "&".join(f"${{{name}:queryparam}}" for name in ("datasource", *board.variables))
    url = f"/d/{panel.see}?${{__url_time_range}}&{choices}"
    return [{"title": f"More: {titles[panel.see]}", "url": url, "targetBlank": False}]


def _board_links() -> Json:
    return {
        "type": "dashboards",
        "title": "Shoal",
        "tags": [TAG],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "",
    }


def _event_json(event: Event) -> Json:
    return {
        "name": event.name,
        "enable": True,
        "hide": False,
        "datasource": DATASOURCE,
        "iconColor": event.colour,
        "expr": event.expr.strip(),
        "step": "60s",
        "titleFormat": event.text,
        "tagKeys": event.tags,
        "useValueForTime": False,
    }


def _board_choices(board: Board, common: Common) -> Iterator[Json]:
    yield {
        "name": "datasource",
        "label": "Data source",
        "description": "The Prometheus that collects Shoal's metrics",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "refresh": 1,
        "regex": "",
    }
    for name in board.variables:
        yield _choice_json(name, common.variables[name])


def _choice_json(name: str, variable: Variable) -> Json:
    every = {"selected": True, "text": ["All"], "value": ["$__all"]}
    return {
        "name": name,
        "label": variable.label,
        "description": variable.about,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": variable.query, "refId": name, "qryType": 1},
        "current": every if variable.several else {},
        "includeAll": variable.several,
        "multi": variable.several,
        **({"allValue": ".*"} if variable.several else {}),
        "hide": 0,
        "refresh": 2,
        "regex": "",
        "sort": 1,
    }


def board_titles(boards: Sequence[Board]) -> dict[str, str]:
    """Return the title of every board by uid."""
    return {board.uid: board.title for board in boards}
