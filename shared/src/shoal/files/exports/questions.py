"""Which columns of a flat export hold answers, and which hold data of the task."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal.files.forms.json_values import json_text

FEWEST_TASKS = 10  # tasks with two answers or more, from which a column that never varies is taken for data
MANY = 20  # rows from which a column of nearly as many texts is no question
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns that may hold annotators' answers. sure: those that hold answers and no data."""

    names: Sequence[str]
    sure: Sequence[str]


def candidate_columns(
    columns: Mapping[str, Sequence[Any]], tasks: Sequence[Any], certain: Collection[str]
) -> Candidates:
    """Return the columns that may hold annotators' answers.

    Data are the same in all rows of a task and answers are not, unless all agree. certain: columns that hold
    answers by their form.
    """
    codes = {name: _codes_of(values) for name, values in columns.items()}
    number: dict[str, int] = {}
    task = [number.setdefault(str(name), len(number)) for name in tasks]
    names = [name for name in columns if name in certain or _may_be_classes(codes[name], task)]
    sure = [name for name in names if name in certain or _does_vary(codes[name], task)]
    rows = [0] * len(number)
    for index in task:
        rows[index] += 1
    enough = sum(count > 1 for count in rows) >= FEWEST_TASKS
    return Candidates(sure if sure and enough else names, sure)


def _codes_of(values: Sequence[Any]) -> list[str]:
    return [
        "" if value is None else value if isinstance(value, str) else _sorted_text(value) for value in values
    ]


def _sorted_text(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        value = sorted(map(str, value["choices"]))
    return json_text(value, sort_keys=True)


def _may_be_classes(cells: Sequence[str], task: Sequence[int]) -> bool:
    """Return whether a column can hold classes: not a text or a name of its own for each task."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    distinct = len(set(filled))
    if not _does_vary(cells, task):
        tasks = len({index for cell, index in zip(cells, task, strict=True) if cell})
        return distinct < tasks or tasks == 1
    return len(filled) < MANY or distinct <= MOSTLY * len(filled)


def _does_vary(cells: Sequence[str], task: Sequence[int]) -> bool:
    first: dict[int, str] = {}
    return any(
        cell and first.setdefault(index, cell) != cell for cell, index in zip(cells, task, strict=True)
    )
