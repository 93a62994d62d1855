"""Votes as arrays, the input of every model."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.orders import CellRuns, Indices, TaskLayers, by_cell, by_task

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNKNOWN = -1  # a task without a gold answer; an annotator that is not in the fit


@dataclass(slots=True)
class _Cache:
    """Derived values, computed on first use. Votes never change, so neither do these."""

    by_task: TaskLayers | None = None
    by_cell: CellRuns | None = None
    per_task: Ints | None = None
    per_label: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteArrays:
    """One entry per vote. (task, annotator) pairs must be unique, as those of a VoteBook are.

    task:       (votes,) int32 in [0, tasks)
    annotator:  (votes,) int32 in [0, annotators), or UNKNOWN if only a posterior is needed
    label:      (votes,) int32 in [0, classes)

    Raises ValueError for columns of unequal length and for labels out of range.
    """

    task: Ints
    annotator: Ints
    label: Ints
    tasks: int
    annotators: int
    classes: int
    _cache: _Cache = field(default_factory=_Cache, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not len(self.task) == len(self.annotator) == len(self.label):
            raise ValueError("task, annotator and label must have the same length")
        if len(self.label) and (self.label.min() < 0 or self.label.max() >= self.classes):
            raise ValueError(f"label must lie in [0, {self.classes})")

    def __len__(self) -> int:
        return len(self.task)

    def votes_per_task(self) -> Ints:
        """Return the number of votes of each task: (tasks,) int32, cached and read-only."""
        if self._cache.per_task is None:
            counts = np.bincount(self.task, minlength=self.tasks).astype(np.int32)
            counts.setflags(write=False)
            self._cache.per_task = counts
        return self._cache.per_task

    def votes_per_label(self) -> list[int]:
        """Return the number of votes of each label."""
        return [int(count) for count in np.bincount(self.label, minlength=self.classes)]

    def label_counts(self) -> Floats:
        """Return the number of tasks of each label, a task split among its votes: (classes,), cached."""
        if self._cache.per_label is None:
            share = 1 / np.maximum(self.votes_per_task(), 1)
            counts = np.bincount(self.label, share[self.task], self.classes).astype(np.float64)
            counts.setflags(write=False)
            self._cache.per_label = counts
        return self._cache.per_label

    def shares(self) -> Floats:
        """Return the share of each label in the votes of each task: (tasks, classes); uniform if none."""
        cells = self.task.astype(np.int64) * self.classes + self.label
        counts = np.bincount(cells, minlength=self.tasks * self.classes)
        table = counts.reshape(self.tasks, self.classes).astype(np.float64)
        totals = table.sum(axis=1, keepdims=True)
        return np.where(totals > 0, table / np.maximum(totals, 1), 1 / self.classes)

    def by_task(self) -> TaskLayers:
        """Return the votes in layers by task. Built on first use, 4 bytes a vote."""
        if self._cache.by_task is None:
            self._cache.by_task = by_task(self.task, self._cells(), self.tasks)
        return self._cache.by_task

    def by_cell(self) -> CellRuns:
        """Return the votes by annotator and label. Built on first use, 4 bytes a vote."""
        if self._cache.by_cell is None:
            cells = self.annotators * self.classes
            self._cache.by_cell = by_cell(self.task, self._cells(), cells)
        return self._cache.by_cell

    def _cells(self) -> Indices:
        """Return annotator * classes + label: (votes,)."""
        small = (self.annotators + 1) * self.classes < 2**31
        first: Indices = self.annotator.astype(np.int32 if small else np.int64)
        return np.add(first * self.classes, self.label)

    def select(self, keep: NDArray[np.bool_]) -> "VoteArrays":
        """Return the votes where `keep`, (votes,), is true. Tasks and annotators keep their numbers."""
        return replace(self, task=self.task[keep], annotator=self.annotator[keep], label=self.label[keep])


@dataclass(frozen=True, slots=True)
class NamedVotes:
    """Votes as arrays, with the names that the numbers stand for."""

    votes: VoteArrays
    tasks: list[str]
    annotators: list[str]
    classes: list[str]

    def gold_classes(self, answers: dict[str, str]) -> Ints:
        """Return the gold class of each task, (tasks,) int32, UNKNOWN for tasks without gold."""
        number = {name: index for index, name in enumerate(self.classes)}
        return np.array([number.get(answers.get(task, ""), UNKNOWN) for task in self.tasks], dtype=np.int32)


def name_votes(
    triples: Iterable[tuple[str, str, str]], classes: Sequence[str] | None = None, tasks: Iterable[str] = ()
) -> NamedVotes:
    """Number the names in (task, annotator, label) triples, in sorted order.

    The order of triples has no effect. classes: the label schema; by default the labels that occur. tasks:
    further tasks, which may have no votes.
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
