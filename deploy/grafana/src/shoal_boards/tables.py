"""Tables: the queries of a table are merged by their labels, one column a query."""

from collections.abc import Iterator

from shoal_boards.fields import Json, field_defaults, has_limits, value_texts
from shoal_boards.sources import Column, Panel

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def table_parts(panel: Panel) -> Json:
    """Return the options, the merging of the queries, and the look of each column."""
    defaults: Json = {"custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False}}
    sorted_by = [{"displayName": panel.sort, "desc": True}] if panel.sort else []
    return {
        "fieldConfig": {"defaults": defaults, "overrides": list(_column_looks(panel))},
        "options": {"cellHeight": "sm", "showHeader": True, "sortBy": sorted_by, "footer": {"show": False}},
        "transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": _column_order(panel)},
        ],
    }


def _column_order(panel: Panel) -> Json:
    names = {**panel.by, **_value_names(panel)}
    hidden = {"Time": True} if panel.columns else {"Time": True, "Value": True}
    return {
        "excludeByName": hidden,
        "indexByName": {name: index for index, name in enumerate(names)},
        "renameByName": names,
    }


def _value_names(panel: Panel) -> dict[str, str]:
    """Return the heading of each column by the name that Grafana gives to its values."""
    if len(panel.columns) == 1:
        return {"Value": panel.columns[0].name}
    return {f"Value #{letter}": column.name for letter, column in zip(LETTERS, panel.columns, strict=False)}


def _column_looks(panel: Panel) -> Iterator[Json]:
    for label, words in panel.label_words.items():
        texts = {"id": "mappings", "value": value_texts(words)}
        yield {"matcher": {"id": "byName", "options": panel.by[label]}, "properties": [texts]}
    for column in panel.columns:
        properties = [{"id": name, "value": value} for name, value in _column_options(column).items()]
        yield {"matcher": {"id": "byName", "options": column.name}, "properties": properties}


def _column_options(column: Column) -> Json:
    options = {name: value for name, value in field_defaults(column).items() if value != []}
    if has_limits(column):
        options["custom.cellOptions"] = {"type": "color-text"}
    else:
        del options["thresholds"], options["color"]
    return options
