"""What may be wrong with a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

ErrorKind = Literal["missing", "spurious", "class", "place", "answer"]
"""An object or class that a label lacks, one that is not there, another class, a bad place, all of it."""

LEAST_MISSING = 0.01  # probability of a missing object worth a look


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A part of a label, or what it lacks, and the probability that it is wrong.

    task: number of the label. error: the most probable one. part: position of the object in the label, None
    for a missing one and for whole answers. label: the object, class or answer; None if it is missing.
    suggestion: a more probable one; None if nothing is there.
    """

    task: int
    error: ErrorKind
    wrong: float
    part: int | None = None
    label: Any = None
    suggestion: Any = None


def object_doubt(task: int, part: int, label: Any, *, kinds: Mapping[ErrorKind, float], better: Any) -> Doubt:
    """Return the doubt about an object of a label: its most probable error, and the chance of any.

    kinds: probabilities of spurious, class and place, taken as independent. better: the object by others.
    """
    error = max(kinds, key=lambda kind: kinds[kind])
    return Doubt(
        task=task,
        part=part,
        error=error,
        wrong=1 - prod(1 - wrong for wrong in kinds.values()),
        label=label,
        suggestion=None if error == "spurious" else better,
    )


def wrong_tasks(doubts: Sequence[Doubt], tasks: int) -> Floats:
    """Return the probability that a label has any error: (tasks,), its parts taken as independent."""
    right = np.zeros(tasks)
    np.add.at(
        right,
        [doubt.task for doubt in doubts],
        np.log1p([-min(doubt.wrong, 1 - 1e-12) for doubt in doubts]),
    )
    return np.asarray(-np.expm1(right))


def ranked_doubts(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Return the doubts, the most probable error first."""
    return sorted(
        doubts, key=lambda doubt: (-doubt.wrong, doubt.task, -1 if doubt.part is None else doubt.part)
    )
