"""Consensus while votes arrive: under one fit a vote is the addition of one row, a revision one more subtraction.

A fit says log p(truth = k | votes) = read(sum over votes of row[annotator, label]), with rows that depend on nothing
but who says what: log confusions for Dawid and Skene, a count of one for majority vote, both side by side for a pool.
So the state is one sum per task, and the answer after any sequence of votes, edits, deletions and repetitions equals
the whole computation under the same fit, up to rounding (one part in 1e16 for each change of a task; a refit starts
from fresh sums).

What others' new votes teach about an annotator enters at the next `refit`, which starts warm from this fit.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.ledger import REMOVED, STALE, Changes, VoteLedger
from shoal_qa.domain.models.base import Additive, Fitted, Model
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

CHUNK = 100_000  # votes whose rows are in memory at once


class Stream:
    """The votes of a project and the sums of their rows, by task number. Tasks and annotators may be new."""

    def __init__(self, fitted: Fitted, ledger: VoteLedger, tasks: int = 0) -> None:
        """Start from a fit and the votes in a ledger, which the stream owns from here on.

        Raises TypeError for a fit without a row for each vote (Additive).
        """
        self.fitted = fitted
        self._ledger = ledger
        self._use(fitted)
        self._tasks = 0
        self._sums: Floats = np.zeros((0, self._width))
        self._rebuild(tasks)

    @property
    def _width(self) -> int:
        return int(self._rows.shape[2])

    @property
    def tasks(self) -> int:
        """Return how many tasks there are: one more than the highest number met."""
        return self._tasks

    def take(self, task: int, annotator: int, label: int, revision: int = 0) -> bool:
        """Take one revision of a vote, label REMOVED for a deletion; return whether it was news."""
        before = self._ledger.put(task, annotator, label, revision)
        if before == STALE:
            return False
        if task >= self._tasks:
            self._grow(task + 1)
        rows = self._rows[min(annotator, len(self._rows) - 1)]
        if label != REMOVED:
            self._sums[task] += rows[label]
        if before != REMOVED:
            self._sums[task] -= rows[before]
        return True

    def take_all(
        self, task: NDArray[Any], annotator: NDArray[Any], label: NDArray[Any], revision: NDArray[Any]
    ) -> Ints:
        """Take a batch of revisions, all (n,); return the tasks whose votes changed, sorted."""
        return self._apply(self._ledger.put_all(task, annotator, label, revision))

    def merge(self, other: "Stream") -> Ints:
        """Take all votes of another shard, under this fit; return the tasks whose votes changed."""
        return self._apply(self._ledger.merge(other._ledger))

    def log_posterior(self, tasks: Ints | None = None) -> Floats:
        """Return log p(truth | votes), normalised: (tasks, classes), of the tasks asked for or of all."""
        sums = self._sums[: self._tasks] if tasks is None else self._sums[tasks]
        return self._read(sums)

    def votes(self) -> VoteArrays:
        """Return the votes that count."""
        return self._ledger.votes(self._tasks, self.fitted.annotators)

    def refit(self, model: Model, known: Ints | None = None) -> None:
        """Learn from all votes, warm from the present fit. known: gold class or UNKNOWN of each task, (tasks,)."""
        fitted = model.fit(self.votes(), known, self.fitted)
        self._use(fitted)
        self.fitted = fitted
        self._rebuild(self._tasks)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return votes and fit as named arrays; sums follow from them."""
        fit = {f"fit_{name}": array for name, array in self.fitted.to_arrays().items()}
        return {**self._ledger.to_arrays(), **fit, "tasks": np.array(self._tasks)}

    @classmethod
    def load(cls, model: Model, state: Mapping[str, NDArray[Any]]) -> "Stream":
        """Return the stream that `to_arrays` wrote; `model` is the one that the fit was made by."""
        fit = {name.removeprefix("fit_"): array for name, array in state.items() if name.startswith("fit_")}
        return cls(model.load(fit), VoteLedger.load(state), int(state["tasks"]))

    def _apply(self, changes: Changes) -> Ints:
        if len(changes.task):
            self._grow(int(changes.task[-1]) + 1)
        for start in range(0, len(changes.task), CHUNK):
            part = slice(start, start + CHUNK)
            task, annotator = changes.task[part], changes.annotator[part]
            self._add(task, annotator, changes.after[part], 1)
            self._add(task, annotator, changes.before[part], -1)
        return np.unique(changes.task).astype(np.int32)

    def _add(self, task: NDArray[Any], annotator: NDArray[Any], label: NDArray[Any], sign: int) -> None:
        """Add rows of votes that are sorted by task, so that each task is one run of rows."""
        live = label != REMOVED
        task, label = task[live], label[live]
        if not len(task):
            return
        rows = self._rows[np.minimum(annotator[live], len(self._rows) - 1), label]
        starts = np.flatnonzero(np.append(True, task[1:] != task[:-1]))
        self._sums[task[starts]] += sign * np.add.reduceat(rows, starts, axis=0)

    def _use(self, fitted: Fitted) -> None:
        if not isinstance(fitted, Additive):
            raise TypeError(f"a fit of {fitted.name} has no row for a vote")
        self._rows: Floats = np.ascontiguousarray(fitted.rows)
        self._read = fitted.read

    def _rebuild(self, tasks: int) -> None:
        votes = self._ledger.votes(tasks)
        self._tasks, self._sums = votes.tasks, np.zeros((votes.tasks, self._width))
        for start in range(0, len(votes), CHUNK):
            part = slice(start, start + CHUNK)
            self._add(votes.task[part], votes.annotator[part], votes.label[part], 1)

    def _grow(self, tasks: int) -> None:
        """Make room for tasks, half as many again at a time, so that growing costs little for each."""
        if tasks > len(self._sums):
            room = np.zeros((max(tasks, len(self._sums) * 3 // 2), self._width))
            room[: self._tasks] = self._sums[: self._tasks]
            self._sums = room
        self._tasks = max(self._tasks, tasks)
