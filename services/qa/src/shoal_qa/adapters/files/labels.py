"""The labels of rows of a matrix: a column of a table, or a tool's export with one label for each task."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal.files import checks
from shoal.files.columns import Coded
from shoal.files.errors import BadInput
from shoal.files.exports import VoteFields, open_votes
from shoal.files.exports.rows import ExportedVotes
from shoal.files.options import ReadOptions
from shoal.files.tables import Table, TableFile, open_table
from shoal.wording import format_count
from shoal_qa.adapters.files.sets import single_classes
from shoal_qa.adapters.files.vote_cells import class_or_set

LABEL = "label"
IN_ORDER = "one label for each task, in the order of the file"


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """Names of the columns; None for `label`, the only column, or what an export says, and for none."""

    label: str | None = None
    annotator: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheet:
    """Labels, one for each row. name: of their column. id: names of the rows. facts: how they were read."""

    sheet: Table
    name: str
    label: Coded
    annotator: Coded | None
    id: Coded | None
    facts: Sequence[str] = ()


def read_label_sheet(file: Path, columns: LabelColumns, options: ReadOptions) -> LabelSheet:
    """Return the labels of a table, or of an export. Raises BadInput."""
    if file.is_dir() or file.suffix.lower() in (".zip", ".xml"):
        return _labels_of_export(open_votes(file, "labels", _fields_of(columns), options).file, columns)
    source = open_table(file, "labels", options)
    name = columns.label or source.column_for(LABEL, besides=[columns.annotator or "", columns.id or ""])
    if not source.has(name) and columns.annotator is None:
        export = _opened_export(file, columns, options)
        if export is not None:
            return _labels_of_export(export, columns)
    return _labels_of_table(source, name, columns)


def _fields_of(columns: LabelColumns) -> VoteFields:
    return VoteFields(task=columns.id, label=columns.label, gold=True)


def _opened_export(file: Path, columns: LabelColumns, options: ReadOptions) -> TableFile | None:
    """Return an export, None for a plain table."""
    source = open_votes(file, "labels", _fields_of(columns), options).file
    return source if isinstance(source.format, ExportedVotes) else None


def _labels_of_table(source: TableFile, name: str, columns: LabelColumns) -> LabelSheet:
    options = {columns.annotator or "": "--worker-column", columns.id or "": "--id-column"}
    sheet = source.read(
        [one for one in (name, columns.annotator, columns.id) if one is not None],
        needs={name: (class_or_set,), columns.annotator or "": (checks.full_cells, checks.plain_cells)},
        columns=options | {name: "--label-column"},
        bad_rows="emptied",
    )
    return LabelSheet(
        sheet=sheet,
        name=name,
        label=single_classes(sheet.coded(name), sheet),
        annotator=None if columns.annotator is None else sheet.coded(columns.annotator),
        id=None if columns.id is None else sheet.coded(columns.id),
    )


def _labels_of_export(source: TableFile, columns: LabelColumns) -> LabelSheet:
    """Return one label for each task. Raises BadInput if a task has several, or none."""
    export = source.format
    if not isinstance(export, ExportedVotes) or columns.annotator is not None:
        raise BadInput(f"{source} is no export with labels: give a table with a column label")
    name = columns.label or LABEL
    task, label = next(iter(export.names)), LABEL
    sheet = source.read([task, label], needs={label: (class_or_set,)}, bad_rows="refused")
    tasks = sheet.full(task)
    several = np.flatnonzero(np.bincount(tasks.code, minlength=len(tasks.names)) > 1)
    if len(several):
        raise BadInput(
            f"{sheet}: task {tasks.names[several[0]]!r} has several labels: make one of them with "
            "`shoal qa consensus`, and give its output"
        )
    if sheet.rows < export.tasks:
        raise BadInput(
            f"{sheet}: {export.tasks - sheet.rows:,} of {format_count(export.tasks, 'task')} have no label, "
            "so that labels are not in the order of the matrix: give a table with one label for each row, which "
            "may be empty"
        )
    return LabelSheet(
        sheet=sheet,
        name=name,
        label=single_classes(sheet.coded(label), sheet),
        annotator=None,
        id=tasks,
        facts=[IN_ORDER],
    )
