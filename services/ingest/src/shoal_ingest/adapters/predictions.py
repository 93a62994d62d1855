"""Read the predictions of images from a table: CSV, TSV, JSON lines, Parquet, also as .gz."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.files.checks import full_cells, number_cells
from shoal.files.errors import BadInput
from shoal.files.tables import Table, open_table

FILE = "file"
_PREDICTED = ("label", "model", "version", "scores", "labels", "boxes", "polygons", "number", "endpoint")
_OTHERS = ("prediction", "group", "tags", "embedding", "occurred_at")
_SCORE = "score"
COLUMNS = (*_PREDICTED, _SCORE, *_OTHERS)
"""Columns besides `file`, each optional; cells with lists and objects are JSON."""
_JSON = ("{", "[")


def read_predictions(file: Path, model: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the fields of the inference of each file by its path, and the names of ignored columns.

    model: the model of rows that name none. Raises BadInput for a column or row that cannot be used.
    """
    opened = open_table(file, "predictions")
    names = [name for name in COLUMNS if opened.has(name)]
    needs = {FILE: [full_cells], **({_SCORE: [number_cells]} if _SCORE in names else {})}
    table = opened.read([FILE, *names], needs=needs)
    ignored = [name for name in opened.format.names if name not in (FILE, *COLUMNS)]
    cells = {name: table.texts(name) for name in names}
    fields: dict[str, dict[str, Any]] = {}
    for row, path in enumerate(table.texts(FILE)):
        name = Path(path.strip()).as_posix()
        if name in fields:
            raise BadInput(f"{table}, {table.where(row)}: {name} has a row above: keep one of them")
        texts = {column: texts[row].strip() for column, texts in cells.items() if texts[row].strip()}
        fields[name] = _fields_of(table, row, texts, model)
    return fields, ignored


def _fields_of(table: Table, row: int, texts: Mapping[str, str], model: str) -> dict[str, Any]:
    values = {name: _value_of(table, row, name, text) for name, text in texts.items()}
    fields = {name: values[name] for name in _OTHERS if name in values}
    prediction = {name: values[name] for name in _PREDICTED if name in values}
    if _SCORE in values:
        if "label" not in prediction:
            raise BadInput(f"{table}, {table.where(row)}: score has no label: fill label, or use scores")
        prediction["scores"] = {prediction["label"]: float(values[_SCORE])}
    if not prediction:
        return fields
    if "prediction" in fields:
        raise BadInput(f"{table}, {table.where(row)}: give the column prediction, or its fields, not both")
    prediction.setdefault("model", model)
    if not prediction["model"]:
        raise BadInput(f"{table}, {table.where(row)}: the model has no name: fill model, or give --model")
    return {**fields, "prediction": prediction}


def _value_of(table: Table, row: int, name: str, text: str) -> Any:
    if not text.startswith(_JSON):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"{table}, {table.where(row)}: {name} is not JSON: {error}") from None
