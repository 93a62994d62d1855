"""The agreement of annotators: Krippendorff's alpha with its interval, by task and by class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.alpha import Alpha, alpha_of_votes
from shoal_qa.domain.agreement.coincidences import ClassAgreement, TaskAgreement, by_class, by_task
from shoal_qa.domain.votes.arrays import NamedVotes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of all votes, by task and by class.

    tasks: mean distances in [0, 1], for numbers and ratings the mean difference. classes: only for the shape
    class. level: the level of measurement, "" if the shape has none.
    """

    alpha: Alpha
    tasks: TaskAgreement
    classes: ClassAgreement | None
    level: str

    def votes_per_task(self) -> NDArray[np.int64]:
        """Return the least, the median and the largest number of votes of a task: (3,)."""
        count = self.tasks.answers
        return np.array([count.min(), np.median(count), count.max()]).astype(np.int64)


def class_agreement(named: NamedVotes) -> Agreement:
    """Return the agreement of votes on single classes."""
    votes = named.votes
    apart = by_task(
        votes.task, votes.tasks, lambda i, j: (votes.label[i] != votes.label[j]).astype(np.float64)
    )
    return Agreement(alpha_of_votes(votes), apart, by_class(votes), "nominal")
