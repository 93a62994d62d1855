"""Grafana's JSON of one panel, by kind."""

from collections.abc import Callable
from typing import Any

from shoal_boards.fields import Json, field_defaults, has_limits
from shoal_boards.sources import Panel
from shoal_boards.tables import table_parts

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INSTANT = ("bargauge", "table")


def panel_json(panel: Panel, number: int, grid: Json, links: list[Json]) -> Json:
    """Return a panel. number: its id on the board. grid: its gridPos."""
    parts = KINDS[panel.kind](panel)
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about.strip(),
        "gridPos": grid,
        "datasource": DATASOURCE,
        "links": links,
        "targets": panel_targets(panel),
        **parts,
    }


def panel_targets(panel: Panel) -> list[Json]:
    """Return the queries: for one moment in tables, bars and numbers without a line, else for the range."""
    once = panel.kind in INSTANT or (panel.kind == "stat" and not panel.sparkline)
    return [
        {
            "refId": letter,
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": query.expr.strip(),
            "legendFormat": query.legend or "__auto",
            "instant": once,
            "range": not once,
            "format": FORMATS.get(panel.kind, "time_series"),
        }
        for letter, query in zip(LETTERS, panel.all_queries(), strict=False)
    ]


def _stat_parts(panel: Panel) -> Json:
    return {
        "fieldConfig": {"defaults": field_defaults(panel), "overrides": []},
        "options": {
            "colorMode": "value",
            "graphMode": "area" if panel.sparkline else "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "textMode": "auto",
            "reduceOptions": _last_value(),
        },
    }


def _line_parts(panel: Panel) -> Json:
    defaults = field_defaults(panel)
    defaults["color"] = {"mode": "palette-classic"}
    defaults["min"] = 0
    if panel.share:
        defaults["max"] = 1
    defaults["custom"] = {
        "drawStyle": "line",
        "lineWidth": 2,
        "fillOpacity": 35 if panel.stack else 8,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.stack else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if has_limits(panel) else "off"},
    }
    return {
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "legend": {
                "showLegend": True,
                "displayMode": "table",
                "placement": "bottom",
                "calcs": ["lastNotNull"],
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _bar_parts(panel: Panel) -> Json:
    defaults = field_defaults(panel)
    defaults["min"] = 0
    if panel.share:
        defaults["max"] = 1
    if not has_limits(panel):
        defaults["color"] = {"mode": "fixed", "fixedColor": "blue"}
    return {
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "displayMode": "basic",
            "orientation": "horizontal",
            "showUnfilled": True,
            "valueMode": "color",
            "namePlacement": "auto",
            "reduceOptions": _last_value(),
        },
    }


def _heatmap_parts(panel: Panel) -> Json:
    return {
        "fieldConfig": {"defaults": {}, "overrides": []},
        "options": {
            "calculate": False,
            "cellGap": 1,
            "color": {
                "mode": "scheme",
                "scheme": "Oranges",
                "scale": "exponential",
                "exponent": 0.5,
                "steps": 64,
            },
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "tooltip": {"mode": "single", "yHistogram": False},
            "yAxis": {"unit": panel.unit, "axisPlacement": "left"},
        },
    }


def _last_value() -> Json:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


KINDS: dict[str, Callable[[Panel], dict[str, Any]]] = {
    "stat": _stat_parts,
    "timeseries": _line_parts,
    "bargauge": _bar_parts,
    "table": table_parts,
    "heatmap": _heatmap_parts,
}
FORMATS = {"table": "table", "heatmap": "heatmap"}
