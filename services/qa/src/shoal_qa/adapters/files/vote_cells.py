"""Cells of votes and gold: what they must be, and which of them are suspicious."""

from collections.abc import Mapping, Sequence

from shoal.files import checks
from shoal.files.checks import Check
from shoal.files.columns import Coded, Column, is_number
from shoal.files.exports import VotesSource
from shoal.files.faults import Fault
from shoal.files.suspects import JOIN_TASKS, label_warnings
from shoal.files.suspects import name_warnings as warnings_of
from shoal_qa.usecases.files.class_sets import parse_set

RENAME = "they count as different annotators; rename them"
_NAME = (checks.full_cells, checks.plain_cells)


def class_or_set(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse lists and objects that are no sets of classes."""
    faults = checks.plain_cells(name, column)
    return {code: fault for code, fault in faults.items() if parse_set(column.texts[code]) is None}


_LABELS: Mapping[str, Sequence[Check]] = {
    "class": (class_or_set,),
    "number": (checks.plain_cells, checks.finite_cells),
}


def needs_of_votes(
    source: VotesSource, shape: str, *, seconds: str | None, at: str | None
) -> dict[str, Sequence[Check]]:
    """Return the checks of votes by column. seconds, at: names of columns, None if they are not read."""
    needs: dict[str, Sequence[Check]] = {
        source.label: _LABELS.get(shape, ()),
        source.task: _NAME,
        source.annotator: _NAME,
    }
    if seconds is not None:
        needs[seconds] = (checks.number_cells, _above_zero)
    if at is not None:
        needs[at] = (checks.time_cells,)
    return needs


def needs_of_gold(source: VotesSource) -> dict[str, Sequence[Check]]:
    """Return the checks of right answers by column."""
    return {source.task: _NAME, source.label: (checks.full_cells, class_or_set)}


def name_warnings(source: VotesSource, columns: tuple[Coded, Coded, Coded], *, join: bool) -> list[str]:
    """Return warnings of names that look like missing values, or like other classes or annotators.

    columns: tasks, annotators and labels. join: whether tasks, and labels, that look alike are joined.
    """
    task, annotator, label = columns
    return [
        *warnings_of(source.task, task, "tasks", None if join else JOIN_TASKS),
        *warnings_of(source.annotator, annotator, "annotators", RENAME),
        *label_warnings(source.label, label, join=join),
    ]


def _above_zero(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse numbers of seconds that are not above 0."""
    values = {code: float(text) for code, text in enumerate(column.texts) if is_number(text)}
    fix = "give seconds above 0, or leave the cell empty if they are unknown"
    return {
        code: Fault(f": {name} is {value:g}", fix)
        for code, value in values.items()
        if value <= 0 or value == float("inf")
    }
