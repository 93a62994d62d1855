"""A model's predictions in a file: a column of tasks and a column of probabilities for each class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np

from shoal.classes.matching import Match, match_names, refuse_strangers
from shoal.files import checks
from shoal.files.checks import Check
from shoal.files.columns import EMPTY, Column, is_number
from shoal.files.errors import BadInput
from shoal.files.faults import Fault
from shoal.files.matrix.probabilities import ROUNDING
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.tables import Table, TableFile, open_table
from shoal.wording import format_count
from shoal_qa.adapters.files.votes import Warn
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes

PREDICTIONS, VOTES = "the predictions", "the votes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """A model's predictions. scores: (tasks, classes), NaN for tasks without any. facts: about the file."""

    sheet: Table
    scores: Floats
    facts: list[str]


def read_predictions(
    file: Path, task_column: str, named: NamedVotes, warn: Warn, *, options: ReadOptions = PLAIN
) -> Predictions:
    """Return the probabilities of each task's classes.

    A class that nobody voted for needs no column. Tasks without votes are left out with a warning. Raises
    BadInput for a file that cannot be read, a missing column, a repeated task, a value outside [0, 1], a row
    that adds up to more than 1, and a file without any task that has votes.
    """
    source = open_table(file, "predictions", options)
    columns = _class_columns(source, task_column, named, join=options.join_spellings)
    names = [columns.joined.get(name, name) for name in named.classes if name not in columns.missing]
    share: Sequence[Check] = (checks.number_cells, _from_zero_to_one)
    needs: dict[str, Sequence[Check]] = {
        **dict.fromkeys(names, share),
        task_column: (checks.full_cells, checks.plain_cells),
    }
    sheet = source.read([task_column, *names], needs=needs, columns={task_column: "--task-column"})
    task, tasks = _task_numbers(sheet, task_column, named, warn, join=options.join_spellings)
    scores = np.full((len(named.tasks), len(named.classes)), np.nan)
    scores[task[task != UNKNOWN]] = 0.0
    for index, name in enumerate(named.classes):
        if name not in columns.missing:
            values = sheet.numbers(columns.joined.get(name, name))
            scores[task[task != UNKNOWN], index] = values[task != UNKNOWN]
    _check_sums(sheet, names)
    facts = [*(f"classes {fact}" for fact in columns.facts()), *(f"tasks {fact}" for fact in tasks.facts())]
    return Predictions(sheet=sheet, scores=scores, facts=facts)


def _check_sums(sheet: Table, names: Sequence[str]) -> None:
    """Raise BadInput if probabilities add up to more than 1; to less they may, if a class has no column."""
    sums = np.sum([sheet.numbers(name) for name in names], axis=0)
    bad = np.flatnonzero(sums > 1 + ROUNDING)
    if len(bad):
        more = f" ({len(bad):,} rows are like it)" if len(bad) > 1 else ""
        raise BadInput(
            f"{sheet}, {sheet.where(int(bad[0]))} adds up to {sums[bad[0]]:.4g}, not to 1{more}: "
            "give probabilities of exclusive classes"
        )


def _class_columns(source: TableFile, task_column: str, named: NamedVotes, *, join: bool) -> Match:
    """Return the columns of the classes. Raises BadInput if the votes' spelling of a class is another one."""
    match = match_names(named.classes, (n for n in source.format.names if n != task_column), join=join)
    voted = named.votes.label_counts() > 0
    missing = {name for name, has_votes in zip(named.classes, voted, strict=True) if has_votes}
    for name in (name for name in match.missing if name in missing):
        if name in match.partners:
            raise BadInput(
                f"{source} has no column {name}: {match.partners[name]!r} in {PREDICTIONS}, {name!r} in {VOTES}: "
                f"{match.way_to_mend('classes')}"
            )
        source.read([name])  # raises BadInput, with the columns of the file
    return match


def _from_zero_to_one(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse empty cells and numbers outside [0, 1]."""
    fix = "give a number from 0 to 1"
    empty = Fault(f": {name} is empty", fix)
    blank = [code for code, text in enumerate(column.texts) if not text.strip()]
    values = {code: float(text) for code, text in enumerate(column.texts) if is_number(text)}
    return dict.fromkeys([EMPTY, *blank], empty) | {
        code: empty if isnan(value) else Fault(f": {name} is {value:g}", fix)
        for code, value in values.items()
        if not 0 <= value <= 1
    }


def _task_numbers(
    sheet: Table, task_column: str, named: NamedVotes, warn: Warn, *, join: bool
) -> tuple[Ints, Match]:
    """Return the number of each row's task, UNKNOWN for one without votes, (rows,); and how tasks match."""
    column = sheet.full(task_column)
    match = match_names(column.names, named.tasks, join=join)
    number = {name: index for index, name in enumerate(named.tasks)}
    numbers = np.array([number.get(match.joined.get(name, name), UNKNOWN) for name in column.names], np.int32)
    task = numbers[column.code] if len(numbers) else np.empty(0, np.int32)
    _, first, count = np.unique(np.where(task == UNKNOWN, -2 - column.code, task), True, return_counts=True)
    if (count > 1).any():
        again = column.names[column.code[first[count > 1].min()]]
        raise BadInput(f"{sheet}: task {again!r} has more than one row: give one row for each task")
    refuse_strangers(match, sheet, here=PREDICTIONS, there=VOTES, noun="tasks")
    missing = int((task == UNKNOWN).sum())
    if missing:
        alike = (
            f" ({match.examples(PREDICTIONS, VOTES)}): {match.way_to_mend('tasks')}" if match.partners else ""
        )
        warn(
            f"{sheet}: {missing:,} of {format_count(len(task), 'task')} have no votes and are left out{alike}"
        )
    return task, match
