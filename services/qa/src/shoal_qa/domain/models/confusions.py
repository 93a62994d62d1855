"""What fits with a confusion matrix of each annotator share, whatever the truths are that they tell apart."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_task


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionFit(ABC):
    """Log-likelihoods per annotator, so that one more vote costs one addition per truth.

    log_confusion: (annotators + 1, width, classes); the last entry is an unknown annotator. right:
    (annotators,), the expected share of right answers.
    """

    name: str
    log_confusion: Floats
    right: Floats

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit."""
        return len(self.log_confusion) - 1

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds: (annotators + 1, classes, width)."""
        return self.log_confusion.transpose(0, 2, 1)

    @abstractmethod
    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes): (tasks, classes)."""
        return self.read(sum_by_task(votes, self.log_confusion))

    def skill(self) -> Floats:
        """Return the probability of a right answer over the mix of classes in the votes: (annotators,)."""
        return self.right
