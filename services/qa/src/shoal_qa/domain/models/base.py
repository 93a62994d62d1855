"""What a model of votes is. A new model is a new file in this folder and one line in the registry."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

State = Mapping[str, NDArray[Any]]


class Fitted(Protocol):
    """A model that has seen votes; answers for any votes on the same classes, microseconds per vote."""

    @property
    def name(self) -> str:
        """Return the registry's name of the model."""
        ...

    @property
    def annotators(self) -> int:
        """Return how many annotators the fit knows; they keep their numbers, later ones are UNKNOWN."""
        ...

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes), normalised: (tasks, classes)."""
        ...

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        ...

    def skill(self) -> Floats:
        """Return the probability of a right answer of each annotator: (annotators,)."""
        ...

    def to_arrays(self) -> State:
        """Return the state as named arrays, to be kept and loaded."""
        ...


@runtime_checkable
class Additive(Fitted, Protocol):
    """A fit to which a vote is the addition of one row to its task's sums; all models here are."""

    @property
    def rows(self) -> Floats:
        """Return what a vote adds: (annotators + 1, labels, width); the last annotator is one not seen."""
        ...

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors, normalised, (tasks, classes), of the sums of the rows of votes, (tasks, width)."""
        ...


class Model(Protocol):
    """A way to fit."""

    @property
    def name(self) -> str:
        """Return the registry's name of the model."""
        ...

    @property
    def suits(self) -> str:
        """Return the crowds that the model suits, a line of docs/quality.md."""
        ...

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit to votes. known: gold class of each task or UNKNOWN, (tasks,). start: where to start warm from."""
        ...

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        ...
