"""The interface of models of votes. A new model is a new file in this folder and one line in the registry."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

State = Mapping[str, NDArray[Any]]


class Fitted(Protocol):
    """A model fitted to votes. It answers for any votes on the same classes, in microseconds per vote."""

    @property
    def name(self) -> str:
        """Return the registry's name of the model."""
        ...

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit. They keep their numbers; later ones are UNKNOWN."""
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
        """Return the state as named arrays, for storage; `load` reads it."""
        ...


@runtime_checkable
class Additive(Fitted, Protocol):
    """A fit in which a vote adds one row to the sums of its task. All models here are additive."""

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds: (annotators + 1, labels, width).

        The last annotator stands for all that are not in the fit.
        """
        ...

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors, (tasks, classes), normalised, from sums of rows, (tasks, width)."""
        ...


class Model(Protocol):
    """A method of fitting."""

    @property
    def name(self) -> str:
        """Return the registry's name of the model."""
        ...

    @property
    def suits(self) -> str:
        """Return the crowds that the model suits, for `shoal qa models` and docs/quality.md."""
        ...

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit to votes.

        gold: (tasks,), gold class of each task or UNKNOWN. start: an earlier fit, for a warm start.
        """
        ...

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        ...
