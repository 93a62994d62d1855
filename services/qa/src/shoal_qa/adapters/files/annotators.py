"""Annotators as a table, one row each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shoal.files.columns import EMPTY
from shoal.files.writing import named_column, write_table
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.files.annotators import People

MOST_CLASSES = 50  # three columns each


def write_annotators(
    file: Path, people: People, annotators: Sequence[str], classes: Sequence[str], name: str, level: float
) -> None:
    """Write one row for each annotator; shares by class only up to MOST_CLASSES. name: of the first column."""
    columns: dict[str, Any] = {
        name: named_column(annotators, np.arange(len(annotators))),
        "votes": people.votes,
        "skill": _rounded(people.skill.rate),
        "skill_low": _rounded(people.skill.low),
        "skill_high": _rounded(people.skill.high),
        "gold_right": people.gold_right,
        "gold_answered": people.gold_answered,
        "state": pa.array(people.states),
        "alarms": pa.array(["|".join(sorted(each)) for each in people.alarms]),
    }
    for signal, p in people.p.items():
        columns[f"p_{signal.replace('-', '_')}"] = pa.array([float(f"{each:.4g}") for each in p])
    other = people.copies_with(level)
    columns["copies_with"] = named_column(
        annotators, np.array([other.get(a, EMPTY) for a in range(len(annotators))])
    )
    if people.changes is not None:
        columns |= _changes(people, level)
    if len(classes) <= MOST_CLASSES:
        columns |= _by_class(people, classes)
    write_table(file, columns)


def _changes(people: People, level: float) -> dict[str, Any]:
    changes = people.changes
    assert changes is not None
    none = changes.adjusted >= level
    return {
        "changed_after_votes": pa.array(changes.after, mask=none),
        "right_before": pa.array(changes.before_rate.round(4), mask=none),
        "right_after": pa.array(changes.after_rate.round(4), mask=none),
    }


def _by_class(people: People, classes: Sequence[str]) -> dict[str, Any]:
    by = people.by_class
    found = {}
    for k, name in enumerate(classes):
        for end, values in (("", by.rate), ("_low", by.low), ("_high", by.high)):
            found[f"right_{name}{end}"] = _rounded(values[:, k])
    return found


def _rounded(values: Floats) -> Any:
    return pa.array(values.round(4))
