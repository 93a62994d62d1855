"""The agreement of annotators: Krippendorff's alpha with its interval, by task and by class."""

from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadInput
from shoal_qa.domain.agreement.alpha import (
    Alpha,
    Distance,
    Level,
    alpha_of_items,
    alpha_of_values,
    alpha_of_votes,
)
from shoal_qa.domain.agreement.coincidences import ClassAgreement, TaskAgreement, by_class, by_task
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.answer_shapes import (
    SHAPES,
    CodeDistance,
    Shape,
    Where,
    distance_of,
    parse_numbers,
)

# Random pairs that estimate the expected distance: 0.3 % off.
PAIRS = {"text": 100_000, "spans": 100_000, "boxes": 100_000}
LEVELS = get_args(Level)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of all votes, by task and by class.

    tasks: mean distances in [0, 1], for numbers the mean difference. classes: only for the shape class.
    level: the level of measurement, "" if the shape has none.
    """

    alpha: Alpha
    tasks: TaskAgreement
    classes: ClassAgreement | None
    level: str

    def votes_per_task(self) -> NDArray[np.int64]:
        """Return the least, the median and the largest number of votes of a task: (3,)."""
        count = self.tasks.answers
        return np.array([count.min(), np.median(count), count.max()]).astype(np.int64)


def agreement_of(
    named: NamedVotes, shape: str, *, level: str | None, where: Where, rng: np.random.Generator
) -> Agreement:
    """Return the agreement of votes. where: returns the file and line of an answer. Raises BadInput."""
    _check_shape(shape, level)
    votes = named.votes
    if shape == "class":
        alpha = alpha_of_votes(votes)
        apart = by_task(
            votes.task, votes.tasks, lambda i, j: (votes.label[i] != votes.label[j]).astype(np.float64)
        )
        return Agreement(alpha, apart, by_class(votes), "nominal")
    if shape == "number":
        return _number_agreement(named, cast(Level, level or "interval"), where)
    distance: Distance = CodeDistance(votes.label, distance_of(cast(Shape, shape), named.classes, where))
    alpha = alpha_of_items(votes.task, distance, rng, PAIRS.get(shape, 1_000_000))
    return Agreement(alpha, by_task(votes.task, votes.tasks, distance), None, "")


def _check_shape(shape: str, level: str | None) -> None:
    if shape not in SHAPES:
        raise BadInput(f"{shape!r} is unknown: use one of {', '.join(SHAPES)}", field="shape")
    if level is not None and (shape != "number" or level not in LEVELS[1:]):
        raise BadInput(f"needs --shape number, and one of {', '.join(LEVELS[1:])}", field="level")


def _number_agreement(named: NamedVotes, level: Level, where: Where) -> Agreement:
    votes, value = named.votes, parse_numbers(named.classes, where)[named.votes.label]
    try:
        alpha = alpha_of_values(votes.task, value, level)
    except ValueError as error:
        raise BadInput(f"{level}: {error}", field="level") from None
    tasks = by_task(votes.task, votes.tasks, lambda i, j: np.abs(value[i] - value[j]))
    return Agreement(alpha, tasks, None, level)
