"""Tables with one row for each task and one column for each annotator."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shoal.files.columns import EMPTY, Coded, Codes, Column
from shoal.files.errors import BadContent
from shoal.files.exports.fields import ANNOTATOR, LABEL, TASK, VoteFields
from shoal.files.exports.layouts.wide_columns import (
    annotator_columns,
    are_measures,
    have_one_pattern,
    task_column,
)
from shoal.files.exports.rows import few_names
from shoal.wording import format_count

ALL = "all"


class WideVotes:
    """The votes of a table with a column for each annotator, as a table with one row for each vote."""

    names: Sequence[str] = (TASK, ANNOTATOR, LABEL)

    def __init__(
        self,
        columns: Mapping[str, Coded],
        task: str,
        annotators: Sequence[str],
        where: Callable[[int], str],
        *,
        certain: bool = True,
    ) -> None:
        names = sorted({name for annotator in annotators for name in columns[annotator].names})
        codes = np.stack([_codes_in(columns[annotator], names) for annotator in annotators], axis=1)
        self._row, who = np.nonzero(codes != EMPTY)  # ordered by row
        tasks = columns[task]
        self._columns = {
            TASK: Column(tasks.code[self._row], tasks.names),
            ANNOTATOR: Column(who.astype(np.int32), list(annotators)),
            LABEL: Column(codes[self._row, who], names),
        }
        self._where = where
        doubt = (
            ""
            if certain
            else " (if one is a property of the tasks, name the others with --annotator-columns)"
        )
        others = [name for name in columns if name not in (task, *annotators)]
        self._facts = [
            "one column for each annotator, "
            f"{format_count(len(codes), 'task')}, {format_count(len(self._row), 'vote')}",
            f"{format_count(len(annotators), 'annotator')}: {few_names(annotators)}{doubt}",
            f"task from {task or 'the column without a name'}",
            f"left out: {few_names(others)}" if others else "",
        ]
        if not len(self._row):
            raise BadContent(f" has no votes in the columns {few_names(annotators)}")

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns."""
        return {name: self._columns[name] for name in names}

    def where(self, row: int) -> str:
        """Return the place of a vote in the file."""
        return self._where(int(self._row[row]))

    def facts(self) -> list[str]:
        """Return which columns are annotators, which one is the task, and which ones were left out."""
        return [fact for fact in self._facts if fact]


def wide_votes(
    columns: Mapping[str, Coded], where: Callable[[int], str], fields: VoteFields
) -> WideVotes | None:
    """Return the votes, or None for a table that does not have one column for each annotator.

    columns: of the whole table. Raises BadContent for columns that the user named and the file lacks, and
    where it is not certain which columns are annotators.
    """
    task = task_column(columns, fields)
    if task is None:
        if fields.annotators:
            raise BadContent(" has no column that names the task of each row: name it with --task-column")
        if fields.task is None:
            _refuse_without_tasks(columns)
        return None
    if fields.annotators:
        return WideVotes(columns, task, _named_annotators(columns, task, fields.annotators), where)
    annotators = annotator_columns({name: one for name, one in columns.items() if name != task})
    if not annotators:
        return None
    certain = have_one_pattern(annotators) or not are_measures(annotators, columns)
    return WideVotes(columns, task, annotators, where, certain=certain)


def _refuse_without_tasks(columns: Mapping[str, Coded]) -> None:
    """Raise BadContent for columns of annotators without any that names the tasks."""
    try:
        annotators = annotator_columns(columns)
    except BadContent:
        return
    if annotators:
        raise BadContent(
            f" has columns of annotators, {few_names(annotators)}, and none that names the task of each row: "
            "add a column task, for example of row numbers"
        )


def _named_annotators(columns: Mapping[str, Coded], task: str, names: Sequence[str]) -> list[str]:
    if tuple(names) == (ALL,) and ALL not in columns:
        return [name for name in columns if name != task]
    for name in names:
        if name not in columns or name == task:
            fault = (
                "is the column of tasks"
                if name == task
                else f"is no column; it has {few_names(list(columns))}"
            )
            raise BadContent(f": {name} {fault}: correct --annotator-columns")
    return list(dict.fromkeys(names))


def _codes_in(column: Coded, names: Sequence[str]) -> Codes:
    number = {name: index for index, name in enumerate(names)}
    index = np.array([*(number[name] for name in column.names), EMPTY], np.int32)
    return np.asarray(index[column.code])
