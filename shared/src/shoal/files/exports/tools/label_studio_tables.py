"""Label Studio's flat forms: CSV, TSV and JSON-MIN, one row for each annotation.

The controls of the labelling config are columns beside those of the data, as `prettify_result` of the SDK
writes them: a single choice is its name, several are {"choices": ["a", "b"]}, regions are lists of objects.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from shoal.files.errors import BadContent
from shoal.files.exports.answers import (
    FORMED_KINDS,
    BadAnswer,
    Kind,
    answer_text,
    choose_question,
    suitable_kinds,
)
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.questions import candidate_columns
from shoal.files.exports.records import person_text
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names
from shoal.files.exports.tools.label_studio_spans import SpanPlaces
from shoal.files.exports.tools.label_studio_values import kind_of_value, value_of_values

Cells = Mapping[str, Sequence[Any]]  # by column: cells, "" or None for an empty one
_OWN = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history")


def is_label_studio_table(names: Sequence[str]) -> bool:
    """Return whether the columns are those of Label Studio's CSV, TSV or JSON-MIN."""
    return {"id", "annotator", "annotation_id"} <= set(names)


def read_label_studio_table(
    cells: Cells, where: Callable[[int], str], fields: VoteFields, form: str
) -> ExportedVotes:
    """Return the annotations as votes. cells: of all columns; form: "Label Studio CSV" or "... JSON-MIN"."""
    task_column, annotator_column = fields.task or "id", fields.annotator or "annotator"
    for name, option in ((task_column, "task"), (annotator_column, "worker")):
        if name not in cells:
            raise BadContent(
                f" ({form}) has no column {name}; it has {few_names(list(cells))}: "
                f"name one with --{option}-column"
            )
    values = {name: [_parsed_cell(cell) for cell in cells[name]] for name in cells if name not in _OWN}
    control = _control_of(values, cells[task_column], fields, form)
    votes = VoteRows(form=form, tasks=len(set(map(str, cells[task_column]))), annotations=len(cells["id"]))
    votes.notes.append(f"label from {control}")
    seconds, at = (cells.get(name) or [None] * votes.annotations for name in ("lead_time", "created_at"))
    places = SpanPlaces()
    for row, value in enumerate(values[control]):
        try:
            task, annotator = person_text(cells[task_column][row]), person_text(cells[annotator_column][row])
            if task is None or (annotator is None and not fields.gold):
                raise BadAnswer("without an annotator" if task else f"without {task_column}")
            data = {name: column[row] for name, column in values.items() if name != control}
            kind, answer = _answer_of(_placed_spans(value, data, fields.shape, places), fields.shape)
            text = answer_text(kind, answer, fields.shape)
            votes.add(task, annotator or "", text, where=where(row), seconds=seconds[row], at=at[row] or None)
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    votes.notes += places.notes()
    return votes.votes()


def _placed_spans(value: Any, data: Mapping[str, Any], shape: str, places: SpanPlaces) -> Any:
    """Return a cell with its spans in the text that they cover. data: the other cells of its row."""
    if shape != "spans" or not isinstance(value, list):
        return value
    return [places.placed_value(item, data) if isinstance(item, dict) else item for item in value]


def _control_of(values: Cells, tasks: Sequence[Any], fields: VoteFields, form: str) -> str:
    """Return the column of the control to read. Raises BadContent if that is not certain."""
    kinds = {name: kind for name, cells in values.items() if (kind := _kind_of_column(cells)) is not None}
    if fields.label is not None or fields.shape in FORMED_KINDS:
        return choose_question(kinds, fields, form)
    suitable = {name: values[name] for name, kind in kinds.items() if kind in suitable_kinds(fields.shape)}
    certain = {name for name, cells in values.items() if any(map(_is_result, cells))}
    candidates = candidate_columns(suitable, tasks, certain & suitable.keys())
    names = candidates.names
    if certain and not candidates.sure:
        names = sorted(certain)  # other controls hold the answers, so these columns are data
    elif not names and len(values) == 1:
        names = list(values)  # the only column, with a class of its own for each task
    elif len(names) > 1:
        raise BadContent(
            f" ({form}): {few_names(names)} may hold the answers: choose one with --label-column"
        )
    return choose_question({name: kinds[name] for name in names}, fields, form)


def _parsed_cell(cell: Any) -> Any:
    """Return a cell's value; JSON in a cell of CSV is parsed, other text stays."""
    if isinstance(cell, str) and cell[:1] in ("{", "["):
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return cell


def _is_result(value: Any) -> bool:
    """Return whether a value can only be the result of a control."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict) and _kind_of_dict(item) is not None for item in items)


def _kind_of_dict(value: Mapping[str, Any]) -> Kind | None:
    kind = kind_of_value(value)
    return None if kind == "text" and not isinstance(value.get("text"), list) else kind


def _kind_of_column(cells: Sequence[Any]) -> Kind | None:
    """Return the kind of a column's answers; None without any, and for objects that are no results."""
    kinds: set[Kind | None] = set()
    for value in cells:
        if value is None or value == "" or value == []:
            continue
        items = value if isinstance(value, list) else [value]
        kinds |= {_kind_of_dict(item) if isinstance(item, dict) else "classes" for item in items}
        if isinstance(value, list) and not any(isinstance(item, dict) for item in items):
            return None  # data: results of several regions hold objects
    order: Sequence[Kind] = ("boxes", "polygons", "spans", "ranking", "number", "text", "classes")
    return next((kind for kind in order if kind in kinds), None)


def _answer_of(value: Any, shape: str) -> tuple[Kind, Any]:
    """Return the answer in a cell. Raises BadAnswer."""
    regions = shape in ("spans", "boxes", "polygons")
    if isinstance(value, dict):
        return value_of_values([value], shape)
    if isinstance(value, list):
        if not regions and not all(isinstance(item, dict) for item in value):
            raise BadAnswer("answered for regions, not for the task")
        return value_of_values([item for item in value if isinstance(item, dict)], shape)
    if regions:
        if value is None or value == "":
            return value_of_values([], shape)
        raise BadAnswer("without a region")
    if value is None or str(value).strip() == "":
        raise BadAnswer("without an answer")
    return ("classes", [value]) if shape != "text" else ("text", value)
