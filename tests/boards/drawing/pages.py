"""A board as a page of HTML, laid out as Grafana lays it out."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from boards.boardkit import Json, Query
from boards.drawing.charts import heat_map, line_chart, small_history
from boards.drawing.looks import FieldLook, Line, panel_lines
from boards.drawing.tables import table_rows
from boards.live.answers import Answers
from boards.live.prometheus import Series

WIDTH, HEAD = 1480, 84
GAP, CELL = 8, 30
TITLE, ENTRY = 32, 17
ENTRIES = 6
"""Most entries of a legend that a picture shows."""
_templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def board_page(board: Json, answers: Answers) -> tuple[str, int]:
    """Return the page and its height in pixels."""
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"]) * (CELL + GAP)
    panels = [_panel_parts(panel, board, answers) for panel in board["panels"]]
    variables = [it for it in board["templating"]["list"] if it["name"] != "datasource"]
    choices = [(it["label"], "All" if it["includeAll"] else "shoal") for it in variables]
    page = _templates.get_template("board.html").render(
        board=board, panels=panels, choices=choices, width=WIDTH, head=HEAD, height=height
    )
    return page, height + HEAD + GAP


def _panel_parts(panel: Json, board: Json, answers: Answers) -> dict[str, Any]:
    place = panel["gridPos"]
    column = (WIDTH - GAP) / 24
    width, height = int(place["w"] * column - GAP), place["h"] * (CELL + GAP) - GAP
    left, top = GAP + place["x"] * column, place["y"] * (CELL + GAP)
    style = f"left:{left:.0f}px;top:{top}px;width:{width}px;height:{height}px"
    common = {"kind": panel["type"], "title": panel["title"], "style": style}
    if panel["type"] == "row":
        return common
    found = [
        answers.of_query(board, Query("", target["expr"], target["instant"])) for target in panel["targets"]
    ]
    return common | _content_of(panel, found, answers, (width - 2, height - 2))


def _content_of(
    panel: Json, found: list[list[Series]], answers: Answers, size: tuple[int, int]
) -> dict[str, Any]:
    match panel["type"]:
        case "table":
            headings, rows = table_rows(panel, found)
            most = (size[1] - TITLE) // 27 - 1
            texts = sum(1 for cell in (rows[0] if rows else []) if not cell.number)
            return {"headings": headings, "rows": rows[:most], "texts": texts}
        case "stat":
            return _stat_parts(panel, panel_lines(panel, found), answers, size)
        case "bargauge":
            return {"bars": _bars(panel, panel_lines(panel, found), size)}
        case "heatmap":
            unit = panel["options"]["yAxis"]["unit"]
            drawing = heat_map(panel_lines(panel, found), unit, answers.span, (size[0], size[1] - TITLE))
            return {"drawing": drawing, "legend": []}
    return _chart_parts(panel, panel_lines(panel, found), answers, size)


def _stat_parts(panel: Json, lines: list[Line], answers: Answers, size: tuple[int, int]) -> dict[str, Any]:
    look = FieldLook(panel["fieldConfig"]["defaults"])
    value = lines[0].last if lines else float("nan")
    history = panel["options"]["graphMode"] == "area" and lines
    colour = look.colour_of(value)
    drawing = small_history(lines[0], colour, answers.span, (size[0], 40)) if history else ""
    return {"text": look.text_of(value), "colour": colour, "drawing": drawing, "pad": 12 if history else 26}


def _bars(panel: Json, lines: list[Line], size: tuple[int, int]) -> list[dict[str, Any]]:
    look = FieldLook(panel["fieldConfig"]["defaults"])
    most = (
        panel["fieldConfig"]["defaults"].get("max") or max((line.last for line in lines), default=0.0) or 1.0
    )
    shown = lines[: (size[1] - TITLE) // 38]
    return [
        {
            "name": line.name,
            "text": look.text_of(line.last),
            "share": f"{min(max(100 * line.last / most, 0.4), 100):.1f}",
            "colour": look.colour_of(line.last),
        }
        for line in shown
    ]


def _chart_parts(panel: Json, lines: list[Line], answers: Answers, size: tuple[int, int]) -> dict[str, Any]:
    look = FieldLook(panel["fieldConfig"]["defaults"])
    shown = sorted(lines, key=lambda line: -line.last if line.last == line.last else 0.0)[:ENTRIES]
    legend = [{"name": line.name, "colour": line.colour, "text": look.text_of(line.last)} for line in shown]
    if len(lines) > ENTRIES:
        legend[-1] = {"name": f"and {len(lines) - ENTRIES + 1} more", "colour": "#555", "text": ""}
    height = size[1] - TITLE - ENTRY * len(legend) - 4
    return {"drawing": line_chart(lines, look, answers.span, (size[0], height)), "legend": legend}
