"""Votes of an export as a table, and what was left out of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shoal.files.checks import time_cells
from shoal.files.columns import EMPTY, Column, column_of
from shoal.files.errors import BadContent
from shoal.files.exports.fields import ANNOTATOR, LABEL, TASK
from shoal.files.numbers import plain_number
from shoal.wording import format_count

SECONDS, AT = "seconds", "at"
ITS_OWN_NAMES = {
    "lead_time": SECONDS,
    "WorkTimeInSeconds": SECONDS,
    "seconds_to_create": SECONDS,
    "created_at": AT,
    "_timestamp": AT,
    "ASSIGNMENT:submitted": AT,
}


@dataclass(slots=True, kw_only=True)
class VoteRows:
    """Votes while an export is read, one row for each answer that counts.

    form: the export's name in messages, such as "Label Studio JSON". tasks, annotations: counts of the file.
    """

    form: str
    tasks: int = 0
    annotations: int = 0
    columns: dict[str, list[str | None]] = field(
        default_factory=lambda: {name: [] for name in (TASK, ANNOTATOR, LABEL, SECONDS, AT)}
    )
    origins: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        task: str,
        annotator: str,
        label: str,
        *,
        where: str,
        seconds: object = None,
        at: object = None,
    ) -> None:
        """Add one vote. seconds, at: numbers or texts as in the export; unusable ones are left empty."""
        cells = (task, annotator, label, _positive_number(seconds), None if at is None else str(at))
        for cell, column in zip(cells, self.columns.values(), strict=True):
            column.append(cell)
        self.origins.append(where)

    def leave_out(self, reason: str) -> None:
        """Count an annotation that is no vote."""
        self.left_out[reason] += 1

    def votes(self) -> "ExportedVotes":
        """Return the table. Raises BadContent without any vote."""
        if not self.origins:
            raise BadContent(f" ({self.form}) holds no votes: {self.counts()}{_reasons_text(self.left_out)}")
        columns = {name: column_of(cells) for name, cells in self.columns.items()}
        if odd := time_cells(AT, columns[AT]):
            rows = np.flatnonzero(np.isin(columns[AT].code, list(odd)))
            columns[AT] = columns[AT].emptied(rows)
            self.notes.append(f"{format_count(len(rows), 'time')} of answers cannot be read")
        unused = {name for name in (SECONDS, AT) if not (columns[name].code != EMPTY).any()}
        columns = {name: one for name, one in columns.items() if name not in unused}
        facts = [
            f"{self.form}, {self.counts()}",
            *self.notes,
            _reasons_text(self.left_out).removeprefix("; "),
        ]
        return ExportedVotes(columns, self.origins, [fact for fact in facts if fact], tasks=self.tasks)

    def counts(self) -> str:
        """Return the counts of the file: "1,200 tasks, 3,400 annotations"."""
        return f"{format_count(self.tasks, 'task')}, {format_count(self.annotations, 'annotation')}"


class ExportedVotes:
    """A table of votes in memory, a format like CSV or Parquet. tasks: count, also of those without votes."""

    def __init__(
        self, columns: Mapping[str, Column], origins: Sequence[str], facts: Sequence[str], *, tasks: int = 0
    ) -> None:
        self.tasks = tasks
        self._columns, self._origins, self._facts = columns, origins, facts
        self.names: Sequence[str] = list(columns)

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns."""
        return {name: self._columns[name] for name in names}

    def where(self, row: int) -> str:
        """Return where an answer is: "task 12"."""
        return self._origins[row]

    def facts(self) -> list[str]:
        """Return how the export was read: its name and counts, the question, what was left out and why."""
        return list(self._facts)


def few_names(names: Sequence[str], most: int = 8) -> str:
    """Return names for a message: "a, b, c and 4 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _reasons_text(left_out: Counter[str]) -> str:
    if not left_out:
        return ""
    if len(left_out) == 1:
        return f"; {left_out.total():,} left out: {next(iter(left_out))}"
    parts = ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common())
    return f"; {left_out.total():,} left out: {parts}"


def _positive_number(value: object) -> str | None:
    try:
        number = plain_number(value)
    except (OverflowError, TypeError, ValueError):
        return None
    return str(value) if 0 < number < float("inf") else None
