"""Posteriors of a few jobs at a time, at the cost of their votes alone.

A fit's log_posterior reads all its annotators, which pays off for many votes only. The reader looks up what a
vote adds (models/base.py, Additive), member by member for a pool, and copies nothing for other annotators. If
classes are so many that these rows would not fit in memory, it calls the fit's log_posterior.
"""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.models.base import Additive, Fitted
from shoal_qa.domain.models.panel import MOST_CELLS
from shoal_qa.domain.models.pool import FittedPool, mix_posteriors
from shoal_qa.domain.votes.arrays import Floats, VoteArrays


class Reader:
    """A fit of `classes` classes with its rows looked up. Raises TypeError for a fit that has no rows."""

    def __init__(self, fitted: Fitted, classes: int) -> None:
        self._fitted = fitted
        self._members: list[tuple[Additive, Floats]] = []
        if (fitted.annotators + 1) * classes**2 > MOST_CELLS:
            return
        for member in fitted.members if isinstance(fitted, FittedPool) else (fitted,):
            if not isinstance(member, Additive):
                raise TypeError(f"a fit of {member.name} has no row for a vote")
            self._members.append((member, member.rows))

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes), normalised: (tasks, classes). O(votes x width) + O(tasks x width)."""
        if not self._members:
            return self._fitted.log_posterior(votes)
        order = np.argsort(votes.task, kind="stable").astype(np.int64)
        sums = [_row_sums(votes, order, rows) for _, rows in self._members]
        read = [member.read(row_sums) for (member, _), row_sums in zip(self._members, sums, strict=True)]
        return mix_posteriors(read, self._fitted.weights) if isinstance(self._fitted, FittedPool) else read[0]


def _row_sums(votes: VoteArrays, order: NDArray[np.int64], rows: Floats) -> Floats:
    """Return the sum of the rows of each task's votes: (tasks, width). UNKNOWN annotators use the last."""
    task, annotator, label = votes.task[order], votes.annotator[order], votes.label[order]
    out = np.zeros((votes.tasks, rows.shape[2]))
    if len(task):
        starts = np.flatnonzero(np.append(True, task[1:] != task[:-1]))
        vote_rows = rows[np.minimum(annotator, len(rows) - 1), label]
        out[task[starts]] = np.add.reduceat(vote_rows, starts, axis=0)
    return out
