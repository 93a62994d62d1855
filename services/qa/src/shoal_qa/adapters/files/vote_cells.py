"""Cells of votes and gold: what they must be, and which of them are suspicious."""

from collections.abc import Mapping, Sequence

from shoal.files import checks
from shoal.files.checks import Check
from shoal.files.columns import Coded, Column, is_number
from shoal.files.exports import VotesSource
from shoal.files.faults import Fault
from shoal.files.suspects import JOIN_TASKS, garbled_warning, label_warnings, missing_warning
from shoal.files.suspects import name_warnings as warnings_of
from shoal_qa.adapters.files.answer_cells import answer_cells
from shoal_qa.usecases.files.texts.class_sets import parse_set

RENAME = "they count as different annotators; rename them"
_NAME = (checks.full_cells, checks.plain_cells)


def class_or_set(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse lists and objects that are no sets of classes."""
    faults = checks.plain_cells(name, column)
    return {code: fault for code, fault in faults.items() if parse_set(column.texts[code]) is None}


def text_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse lists and objects."""
    return {code: fault for code, fault in checks.plain_cells(name, column).items() if code in column.nested}


_LABELS: Mapping[str, Sequence[Check]] = {
    "class": (class_or_set,),
    "multi": (class_or_set,),
    "text": (text_cells,),
    "number": (checks.plain_cells, checks.finite_cells),
}


def needs_of_votes(
    source: VotesSource, label: Sequence[Check], *, seconds: str | None, at: str | None
) -> dict[str, Sequence[Check]]:
    """Return the checks of votes by column.

    label: those of labels. seconds, at: names of columns, None if they are not read.
    """
    needs: dict[str, Sequence[Check]] = {
        source.label: label,
        source.task: _NAME,
        source.annotator: _NAME,
    }
    if seconds is not None:
        needs[seconds] = (checks.number_cells, _above_zero)
    if at is not None:
        needs[at] = (checks.time_cells,)
    return needs


def needs_of_gold(source: VotesSource, label: Sequence[Check]) -> dict[str, Sequence[Check]]:
    """Return the checks of right answers by column. label: those of labels."""
    return {source.task: _NAME, source.label: (checks.full_cells, *label)}


def label_checks(
    shape: str, *, scored: bool = False, bounds: tuple[float, float] | None = None
) -> Sequence[Check]:
    """Return the checks of labels. scored: whether they may have scores. bounds: of numbers and ratings."""
    answers = () if shape == "class" else (answer_cells(shape, scored=scored, bounds=bounds),)
    return (*_LABELS.get(shape, ()), *answers)


def name_warnings(
    source: VotesSource, columns: tuple[Coded, Coded, Coded], *, join: bool, with_classes: bool = True
) -> list[str]:
    """Return warnings of names that look like missing values, or like other classes or annotators.

    columns: tasks, annotators and labels. join: whether tasks, and labels, that look alike are joined.
    with_classes: whether labels are single classes; other answers may look alike.
    """
    task, annotator, label = columns
    return [
        *warnings_of(source.task, task, "tasks", None if join else JOIN_TASKS),
        *warnings_of(source.annotator, annotator, "annotators", RENAME),
        *(
            label_warnings(source.label, label, join=join)
            if with_classes
            else _answer_warnings(source, label)
        ),
    ]


def _answer_warnings(source: VotesSource, label: Coded) -> list[str]:
    warnings = (missing_warning(source.label, label, "answers"), garbled_warning(source.label, label))
    return [warning for warning in warnings if warning is not None]


def _above_zero(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse numbers of seconds that are not above 0."""
    values = {code: float(text) for code, text in enumerate(column.texts) if is_number(text)}
    fix = "give seconds above 0, or leave the cell empty if they are unknown"
    return {
        code: Fault(f": {name} is {value:g}", fix)
        for code, value in values.items()
        if value <= 0 or value == float("inf")
    }
