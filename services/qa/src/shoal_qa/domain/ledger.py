"""Which votes count now, as a map that only grows: (task, annotator) -> the highest revision seen.

Taking a revision is a maximum, and so is merging two ledgers. A maximum does not care for order, repetition or
grouping, so any delivery of the same revisions gives the same ledger (a state-based CRDT: Shapiro et al.,
"Conflict-Free Replicated Data Types", SSS 2011). Deletions stay as tombstones, or a late duplicate would revive them.

Votes live in sorted arrays, 16 bytes each; single votes go to a small dictionary before them, folded in when it has
grown to an eighth of the arrays, so that the cost of sorting is shared by many votes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import VoteArrays

Longs = NDArray[np.int64]

REMOVED = -1  # the label of a vote that was deleted, or that never was
STALE = -2  # what `put` returns for a revision that is not news
ABSENT = -1
BITS = 32
LOWEST_FOLD = 4096  # entries of the dictionary that are never worth sorting


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch changed, sorted by task. before and after: (changes,) labels, REMOVED where no vote counts."""

    task: Longs
    annotator: Longs
    before: Longs
    after: Longs


class VoteLedger:
    """The newest revision of each annotator's vote on each task.

    A mark is revision * (classes + 1) + label, with `classes` for a tombstone: equal revisions that differ (a
    sender's error) are settled by content, deletion last, as in VoteBook.
    """

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self._width = classes + 1
        self._keys: Longs = np.empty(0, np.int64)
        self._marks: Longs = np.empty(0, np.int64)
        self._recent: dict[int, int] = {}

    def put(self, task: int, annotator: int, label: int, revision: int = 0) -> int:
        """Take one revision, label REMOVED for a deletion; return the label that counted before, or STALE.

        Raises ValueError for a label or number out of range.
        """
        if not (REMOVED <= label < self.classes and 0 <= task < 2**31 and 0 <= annotator < 2**31):
            raise ValueError(f"no such vote: task {task}, annotator {annotator}, label {label}")
        if not 0 <= revision < 2**40:
            raise ValueError(f"revision must lie in [0, 2^40), not {revision}")
        key, mark = task << BITS | annotator, revision * self._width + label % self._width
        known = self._recent.get(key)
        if known is None:
            known = self._lookup(key)
        if mark <= known:
            return STALE
        self._recent[key] = mark
        if len(self._recent) > self._fold_at():
            self._fold()
        return REMOVED if known < 0 or known % self._width == self.classes else known % self._width

    def put_all(
        self, task: NDArray[Any], annotator: NDArray[Any], label: NDArray[Any], revision: NDArray[Any]
    ) -> Changes:
        """Take many revisions at once, all (n,); repetitions within the batch are fine. Raises ValueError."""
        self._check(task, annotator, label, revision)
        keys = task.astype(np.int64) << BITS | annotator.astype(np.int64)
        marks = revision.astype(np.int64) * self._width + label.astype(np.int64) % self._width
        return self._absorb(*_newest(keys, marks))

    def merge(self, other: "VoteLedger") -> Changes:
        """Take everything that another ledger knows, tombstones included."""
        if other.classes != self.classes:
            raise ValueError(f"a ledger of {other.classes} classes cannot join one of {self.classes}")
        other._fold()
        return self._absorb(other._keys, other._marks)

    def votes(self, tasks: int = 0, annotators: int = 0) -> VoteArrays:
        """Return the votes that count, sorted by task and annotator; `tasks` and `annotators` are the least sizes."""
        self._fold()
        label = self._marks % self._width
        live = label < self.classes
        task, annotator = (self._keys >> BITS)[live], (self._keys & (2**BITS - 1))[live]
        return VoteArrays(
            task.astype(np.int32),
            annotator.astype(np.int32),
            label[live].astype(np.int32),
            max(tasks, int(task.max(initial=-1)) + 1),
            max(annotators, int(annotator.max(initial=-1)) + 1),
            self.classes,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the state as named arrays."""
        self._fold()
        return {"keys": self._keys, "marks": self._marks, "classes": np.array(self.classes)}

    @classmethod
    def load(cls, state: Mapping[str, NDArray[Any]]) -> "VoteLedger":
        """Return the ledger that `to_arrays` wrote."""
        ledger = cls(int(state["classes"]))
        ledger._keys, ledger._marks = np.asarray(state["keys"]), np.asarray(state["marks"])
        return ledger

    def _check(
        self, task: NDArray[Any], annotator: NDArray[Any], label: NDArray[Any], revision: NDArray[Any]
    ) -> None:
        if not len(task) == len(annotator) == len(label) == len(revision):
            raise ValueError("task, annotator, label and revision must have one length")
        limits = (
            (task, 0, 2**31),
            (annotator, 0, 2**31),
            (label, REMOVED, self.classes),
            (revision, 0, 2**40),
        )
        if len(task) and any(each.min() < low or each.max() >= high for each, low, high in limits):
            raise ValueError("a task, annotator, label or revision of the batch is out of range")

    def _absorb(self, keys: Longs, marks: Longs) -> Changes:
        """Take unique, sorted keys."""
        known = self._lookup_all(keys)
        news = marks > known
        keys, marks, known = keys[news], marks[news], known[news]
        self._recent.update(zip(keys.tolist(), marks.tolist(), strict=True))
        if len(self._recent) > self._fold_at():
            self._fold()
        return Changes(keys >> BITS, keys & (2**BITS - 1), self._labels(known), self._labels(marks))

    def _labels(self, marks: Longs) -> Longs:
        label = marks % self._width
        return np.where((marks < 0) | (label == self.classes), REMOVED, label)

    def _lookup(self, key: int) -> int:
        at = int(self._keys.searchsorted(key))
        return int(self._marks[at]) if at < len(self._keys) and self._keys[at] == key else ABSENT

    def _lookup_all(self, keys: Longs) -> Longs:
        recent = np.fromiter(map(self._recent.get, keys.tolist(), repeat(ABSENT)), np.int64, len(keys))
        if not len(self._keys):
            return recent
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.maximum(recent, np.where(self._keys[at] == keys, self._marks[at], ABSENT))

    def _fold_at(self) -> int:
        return max(LOWEST_FOLD, len(self._keys) // 8)

    def _fold(self) -> None:
        if not self._recent:
            return
        size = len(self._recent)
        keys = np.fromiter(self._recent.keys(), np.int64, size)
        marks = np.fromiter(self._recent.values(), np.int64, size)
        self._keys, self._marks = _newest(
            np.concatenate([self._keys, keys]), np.concatenate([self._marks, marks])
        )
        self._recent = {}


def _newest(keys: Longs, marks: Longs) -> tuple[Longs, Longs]:
    """Return the keys once, sorted, each with its highest mark."""
    order = np.lexsort((marks, keys))
    keys, marks = keys[order], marks[order]
    last = np.append(keys[1:] != keys[:-1], True) if len(keys) else np.empty(0, np.bool_)
    return keys[last], marks[last]
