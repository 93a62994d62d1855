"""A table's rows: the answers of its queries, joined by their labels as Grafana's `merge` does."""

from dataclasses import dataclass

from boards.boardkit import Json
from boards.drawing.looks import FieldLook, named_colour
from boards.live.answers import points_of
from boards.live.prometheus import Series

WORDS = named_colour("text")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and its colour."""

    text: str
    colour: str = WORDS
    number: bool = False


def table_rows(panel: Json, answers: list[list[Series]]) -> tuple[list[str], list[list[Cell]]]:
    """Return the headings and the rows, in the panel's order of columns and rows."""
    names = panel["transformations"][1]["options"]["renameByName"]
    labels = {source: name for source, name in names.items() if not source.startswith("Value")}
    columns = [name for source, name in names.items() if source.startswith("Value")]
    values: dict[tuple[str, ...], dict[str, float]] = {}
    for position, series in enumerate(answers):
        for line in series:
            key = tuple(line["metric"].get(label, "") for label in labels)
            row = values.setdefault(key, {})
            if columns:
                row[columns[position]] = points_of(line)[-1][1]
    looks = column_looks(panel)
    rows = [
        [
            *_label_cells(looks, list(labels.values()), key),
            *(_cell(looks[name], row.get(name)) for name in columns),
        ]
        for key, row in sorted(values.items(), key=lambda item: _order(panel, item[1], item[0]))
    ]
    return [*labels.values(), *columns], rows


def column_looks(panel: Json) -> dict[str, FieldLook]:
    """Return the look of every column of values."""
    return {
        override["matcher"]["options"]: FieldLook(
            {option["id"]: option["value"] for option in override["properties"]}
        )
        for override in panel["fieldConfig"]["overrides"]
    }


def _order(panel: Json, row: dict[str, float], key: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    by = panel["options"]["sortBy"]
    return (-row.get(by[0]["displayName"], 0.0) if by else 0.0, key)


def _label_cells(looks: dict[str, FieldLook], headings: list[str], key: tuple[str, ...]) -> list[Cell]:
    pairs = zip(headings, key, strict=True)
    return [Cell(looks[name].word_of(text) if name in looks else text) for name, text in pairs]


def _cell(look: FieldLook, value: float | None) -> Cell:
    if value is None:
        return Cell("", number=True)
    return Cell(look.text_of(value), look.colour_of(value), number=True)
