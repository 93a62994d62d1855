"""A model's predictions in a file: a column of tasks and a column of probabilities for each class."""

from pathlib import Path

import numpy as np

from shoal.files.errors import BadInput
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.tables import Table, read_table
from shoal_qa.adapters.files.votes import Warn
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes


def read_predictions(
    file: Path, task_column: str, named: NamedVotes, warn: Warn, *, options: ReadOptions = PLAIN
) -> tuple[Floats, Table]:
    """Return the probabilities of each task's classes, and the table that they come from.

    They are (tasks, classes), NaN for tasks that the file lacks.

    Tasks without votes are left out with a warning. Raises BadInput for a file that cannot be read, a missing
    column, a repeated task, a value outside [0, 1], and a file without any task that has votes.
    """
    sheet = read_table(file, "predictions", [task_column, *named.classes], options)
    task = _task_numbers(sheet, task_column, named, warn)
    out = np.full((len(named.tasks), len(named.classes)), np.nan)
    for index, name in enumerate(named.classes):
        values = sheet.numbers(name)
        bad = np.flatnonzero(~((values >= 0) & (values <= 1)))
        if len(bad):
            fault = "is empty" if np.isnan(values[bad[0]]) else f"is {values[bad[0]]:g}"
            raise BadInput(f"{sheet}, {sheet.where(int(bad[0]))}: {name} {fault}: give a number from 0 to 1")
        out[task[task != UNKNOWN], index] = values[task != UNKNOWN]
    return out, sheet


def _task_numbers(sheet: Table, task_column: str, named: NamedVotes, warn: Warn) -> Ints:
    """Return the number of each row's task, UNKNOWN for one without votes: (rows,)."""
    column = sheet.full(task_column)
    number = {name: index for index, name in enumerate(named.tasks)}
    numbers = np.array([number.get(name, UNKNOWN) for name in column.names], np.int32)
    task = numbers[column.code] if len(numbers) else np.empty(0, np.int32)
    _, first, count = np.unique(column.code, return_index=True, return_counts=True)
    if (count > 1).any():
        again = column.names[column.code[first[count > 1].min()]]
        raise BadInput(f"{sheet}: task {again!r} has more than one row: give one row for each task")
    missing = int((task == UNKNOWN).sum())
    if missing == len(task):
        raise BadInput(
            f"{sheet}: none of its tasks appears in the votes; check that both files use the same task ids"
        )
    if missing:
        warn(f"{sheet}: {missing} of {len(task)} tasks have no votes and are left out")
    return task
