"""Annotators as a table, one row for each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shoal.files.columns import EMPTY, Coded
from shoal.files.writing import write_table
from shoal_qa.usecases.files.annotators import AnnotatorFindings

MOST_CLASSES = 50  # classes above which the table has no columns by class, of which each class needs three


def write_annotators(
    file: Path,
    people: AnnotatorFindings,
    *,
    annotators: Sequence[str],
    classes: Sequence[str],
    name: str,
    level: float,
) -> None:
    """Write one row for each annotator; shares by class up to MOST_CLASSES. name: of the first column."""
    columns: dict[str, Any] = {
        name: list(annotators),
        "votes": people.votes,
        "skill": people.skill.rate.round(4),
        "skill_low": people.skill.low.round(4),
        "skill_high": people.skill.high.round(4),
        "gold_right": people.gold_right,
        "gold_answered": people.gold_answered,
        "state": people.states,
        "alarms": ["|".join(sorted(alarms)) for alarms in people.alarms],
    }
    for signal, p in people.p.items():
        columns[f"p_{signal.replace('-', '_')}"] = [float(f"{value:.4g}") for value in p]
    other = people.copies_with(level)
    code = np.array([other.get(a, EMPTY) for a in range(len(annotators))], np.int32)
    columns["copies_with"] = Coded(code, list(annotators))
    if people.changes is not None:
        columns |= _change_columns(people, level)
    if len(classes) <= MOST_CLASSES:
        columns |= _class_columns(people, classes)
    write_table(file, columns)


def _change_columns(people: AnnotatorFindings, level: float) -> dict[str, Any]:
    changes = people.changes
    assert changes is not None
    none = changes.adjusted >= level
    return {
        "changed_after_votes": np.ma.array(changes.after, mask=none),
        "right_before": np.ma.array(changes.before_rate.round(4), mask=none),
        "right_after": np.ma.array(changes.after_rate.round(4), mask=none),
    }


def _class_columns(people: AnnotatorFindings, classes: Sequence[str]) -> dict[str, Any]:
    by = people.by_class
    columns = {}
    for k, name in enumerate(classes):
        for end, values in (("", by.rate), ("_low", by.low), ("_high", by.high)):
            columns[f"right_{name}{end}"] = values[:, k].round(4)
    return columns
