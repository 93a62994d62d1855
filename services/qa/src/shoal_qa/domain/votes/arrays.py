"""Votes as arrays: what every model reads."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.orders import CellRuns, Indices, TaskLayers, by_cell, by_task

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNKNOWN = -1  # no gold answer for a task; an annotator that the fit has not seen


@dataclass(slots=True)
class _Cache:
    """What was asked for once: it follows from the votes, so keeping it changes no value."""

    by_task: TaskLayers | None = None
    by_cell: CellRuns | None = None
    per_task: Ints | None = None
    per_label: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteArrays:
    """One entry per vote. Duplicate (task, annotator) pairs are the caller's error: a VoteBook has none.

    task:       (votes,) int32 in [0, tasks)
    annotator:  (votes,) int32 in [0, annotators), or UNKNOWN where only a posterior is asked for
    label:      (votes,) int32 in [0, classes)
    """

    task: Ints
    annotator: Ints
    label: Ints
    tasks: int
    annotators: int
    classes: int
    _orders: _Cache = field(default_factory=_Cache, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not len(self.task) == len(self.annotator) == len(self.label):
            raise ValueError("task, annotator and label must have one length")
        if len(self.label) and (self.label.min() < 0 or self.label.max() >= self.classes):
            raise ValueError(f"label must lie in [0, {self.classes})")

    def __len__(self) -> int:
        return len(self.task)

    def votes_per_task(self) -> Ints:
        """Return how many votes each task has: (tasks,), counted once and not to be written to."""
        if self._orders.per_task is None:
            counts = np.bincount(self.task, minlength=self.tasks).astype(np.int32)
            counts.setflags(write=False)
            self._orders.per_task = counts
        return self._orders.per_task

    def label_counts(self) -> Floats:
        """Return the tasks that each label has, their votes sharing a task: (classes,), counted once."""
        if self._orders.per_label is None:
            share = 1 / np.maximum(self.votes_per_task(), 1)
            counts = np.bincount(self.label, share[self.task], self.classes).astype(np.float64)
            counts.setflags(write=False)
            self._orders.per_label = counts
        return self._orders.per_label

    def shares(self) -> Floats:
        """Return the share of each label among the votes of each task: (tasks, classes); uniform without votes."""
        cells = self.task.astype(np.int64) * self.classes + self.label
        counts = np.bincount(cells, minlength=self.tasks * self.classes)
        table = counts.reshape(self.tasks, self.classes).astype(np.float64)
        totals = table.sum(axis=1, keepdims=True)
        return np.where(totals > 0, table / np.maximum(totals, 1), 1 / self.classes)

    def by_task(self) -> TaskLayers:
        """Return the votes in layers by task; made when first asked for, 4 bytes a vote."""
        if self._orders.by_task is None:
            self._orders.by_task = by_task(self.task, self._cells(), self.tasks)
        return self._orders.by_task

    def by_cell(self) -> CellRuns:
        """Return the votes by annotator and label; made when first asked for, 4 bytes a vote."""
        if self._orders.by_cell is None:
            cells = self.annotators * self.classes
            self._orders.by_cell = by_cell(self.task, self._cells(), cells)
        return self._orders.by_cell

    def _cells(self) -> Indices:
        """Return annotator * classes + label: (votes,)."""
        small = (self.annotators + 1) * self.classes < 2**31
        first: Indices = self.annotator.astype(np.int32 if small else np.int64)
        return np.add(first * self.classes, self.label)

    def select(self, keep: NDArray[np.bool_]) -> "VoteArrays":
        """Return the votes where `keep` (votes,) is true; tasks and annotators keep their numbers."""
        return replace(self, task=self.task[keep], annotator=self.annotator[keep], label=self.label[keep])


@dataclass(frozen=True, slots=True)
class NamedVotes:
    """Votes as arrays with the names behind the numbers."""

    votes: VoteArrays
    tasks: list[str]
    annotators: list[str]
    classes: list[str]

    def gold_classes(self, answers: dict[str, str]) -> Ints:
        """Return the gold answer of each task as a class number, UNKNOWN where there is none: (tasks,)."""
        number = {name: index for index, name in enumerate(self.classes)}
        return np.array([number.get(answers.get(task, ""), UNKNOWN) for task in self.tasks], dtype=np.int32)


def name_votes(
    triples: Iterable[tuple[str, str, str]], classes: Sequence[str] | None = None, tasks: Iterable[str] = ()
) -> NamedVotes:
    """Number (task, annotator, label) triples. Names are numbered in sorted order, so order never matters.

    classes: the label schema; by default the labels seen. tasks: further tasks, perhaps without a vote.
    """
    rows = list(triples)
    task_names = sorted({row[0] for row in rows} | set(tasks))
    annotator_names = sorted({row[1] for row in rows})
    class_names = list(classes) if classes is not None else sorted({row[2] for row in rows})
    votes = VoteArrays(
        task=_number_values((row[0] for row in rows), task_names),
        annotator=_number_values((row[1] for row in rows), annotator_names),
        label=_number_values((row[2] for row in rows), class_names),
        tasks=len(task_names),
        annotators=len(annotator_names),
        classes=len(class_names),
    )
    return NamedVotes(votes, task_names, annotator_names, class_names)


def _number_values(values: Iterable[Hashable], names: Sequence[Hashable]) -> Ints:
    number = {name: index for index, name in enumerate(names)}
    return np.fromiter((number[value] for value in values), dtype=np.int32)
