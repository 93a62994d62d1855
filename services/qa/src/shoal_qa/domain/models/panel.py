"""`auto`: a panel of models of votes, weighted by gold where there is some and by agreement where there is none.

No model of votes is best everywhere, and each is far below majority vote somewhere. Members err for different
reasons: Dawid-Skene's where a crowd shares a bias, a merged table of errors where annotators have errors of their own,
the spam model where errors are honest, weighted averages where annotators are biased against each other, subtypes
where votes are few.

Majority vote sits on the panel as well, as its floor. With gold, members are fitted again without each fold of it, and
weights are those under which the held-out answers are most probable (pool.py). The held-out posteriors are kept: they
are what calibration and certificates need, and they cost no gold.

Large sets: members learn on a sample of tasks (all gold among them) of about `sample` votes, then see everything
for `finish` rounds, so that the time of convergence does not grow with the votes. Many classes: where tables of
annotators by classes squared would be too large, models without such tables take the members' place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from shoal_qa.domain.models.base import Additive, Fitted, Model, State
from shoal_qa.domain.models.crossfit import fold_numbers, thin_gold
from shoal_qa.domain.models.pool import FittedPool, agreeing, expected_skill, mix, stack, without
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

FOLDS = 5
MOST_CLASSES, MOST_CELLS = 100, 20_000_000  # of a model with a confusion matrix for each annotator


@dataclass(frozen=True, slots=True)
class Heldout:
    """What the panel says of gold tasks by fits that were not told their answers.

    task, fold, truth, votes: (gold,), votes being those that were looked at. members: (members, gold, classes), log
    posteriors. prior: (members,), the weights that members have by agreement alone.
    """

    task: Ints
    fold: Ints
    truth: Ints
    votes: Ints
    members: Floats
    prior: Floats

    def right(self) -> Floats:
        """Return p_m(the right answer): (members, gold)."""
        return np.exp(self.members[:, np.arange(len(self.truth)), self.truth])

    def pooled(self, withheld: int | None = None) -> Floats:
        """Return the pool's log posteriors under weights that fold `withheld` had no part in: (gold, classes)."""
        return mix(list(self.members), self.weights(withheld))

    def weights(self, withheld: int | None = None) -> Floats:
        """Return weights by all gold but that of fold `withheld`: (members,)."""
        others = np.ones(len(self.fold), np.bool_) if withheld is None else self.fold != withheld
        return stack(self.right()[:, others], self.prior)


@dataclass(frozen=True, slots=True)
class Study:
    """A fit, and what it is known to be worth; heldout is None without gold."""

    fitted: FittedPool
    heldout: Heldout | None


@dataclass(frozen=True, slots=True)
class Panel:
    """Members, the floor that joins them, and the members for many classes. A lone one has the floor with gold only."""

    members: Sequence[Model]
    floor: Sequence[Model] = ()
    wide: Sequence[Model] = ()
    name: str = "auto"
    sample: int = 100_000  # votes
    finish: int = 3
    seed: int = 0
    suits: str = "crowds of any kind: the panel"

    def fit(self, votes: VoteArrays, known: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Return the pool of the members' fits."""
        return self.study(votes, known, start).fitted

    def study(self, votes: VoteArrays, known: Ints | None = None, start: Fitted | None = None) -> Study:
        """Fit to votes and gold, and to all but each fold of the gold."""
        told = known is not None and bool((known != UNKNOWN).any())
        members = self._members(votes)
        models = [*members, *self.floor] if told or len(members) > 1 else list(members)
        part, part_known = _sample(votes, known, self.sample, self.seed)
        begun = self._starts(models, start)
        fits = [model.fit(part, None, each) for model, each in zip(models, begun, strict=True)]
        weights, heldout = agreeing([each.posterior(part) for each in fits]), None
        if told and part_known is not None:
            heldout = _held_out(models, part, part_known, fits, weights, self.seed)
            weights = heldout.weights()
            fits = [model.fit(part, part_known, each) for model, each in zip(models, fits, strict=True)]
        if part is not votes:
            fits = [_finish(m, self.finish, votes, known, f) for m, f in zip(models, fits, strict=True)]
            heldout = heldout and replace(heldout, task=_gold(votes, known))
        return Study(_pool(votes, fits, weights, self.name), heldout)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        whole = [*self.members, *self.wide, *self.floor]
        models = [model for model in whole if _own(state, model.name)]
        members = [model.load(_own(state, model.name)) for model in models]
        return FittedPool(
            _additive(members), np.asarray(state["weights"]), np.asarray(state["right"]), self.name
        )

    def _members(self, votes: VoteArrays) -> Sequence[Model]:
        cells = (votes.annotators + 1) * votes.classes**2
        many = votes.classes > MOST_CLASSES or cells > MOST_CELLS
        return self.wide if many and self.wide else self.members

    def _starts(self, models: Sequence[Model], start: Fitted | None) -> list[Fitted | None]:
        if not isinstance(start, FittedPool):
            return [None] * len(models)
        named = {member.name: member for member in start.members}
        return [named.get(model.name) for model in models]


def _pool(votes: VoteArrays, members: Sequence[Fitted], weights: Floats, name: str) -> FittedPool:
    fitted = FittedPool(_additive(members), weights, np.zeros(votes.annotators), name)
    return replace(fitted, right=expected_skill(votes, fitted.posterior(votes)))


def _held_out(
    models: Sequence[Model],
    votes: VoteArrays,
    known: Ints,
    blind: Sequence[Fitted],
    prior: Floats,
    seed: int,
) -> Heldout:
    """Fit without each fold of the gold. Every fold starts from the fit that was told nothing."""
    gold = _gold(votes, known)
    fold = fold_numbers(len(gold), max(2, min(FOLDS, len(gold))), np.random.default_rng(seed))
    out = np.empty((len(models), len(gold), votes.classes))
    of_gold = _only(thin_gold(votes, known, np.random.default_rng(seed)), gold)
    for f in np.unique(fold):
        fewer = without(known, gold[fold == f], UNKNOWN)
        for m, (model, first) in enumerate(zip(models, blind, strict=True)):
            fitted = model.fit(votes, fewer, first)
            out[m, fold == f] = fitted.log_posterior(of_gold)[fold == f]
    return Heldout(gold, fold, known[gold], of_gold.votes_per_task(), out, prior)


def _gold(votes: VoteArrays, known: Ints | None) -> Ints:
    """Return the tasks with votes whose answer is known."""
    if known is None:
        return np.empty(0, np.int32)
    return np.flatnonzero((known != UNKNOWN) & (votes.votes_per_task() > 0)).astype(np.int32)


def _finish(model: Any, rounds: int, votes: VoteArrays, known: Ints | None, start: Fitted) -> Fitted:
    """Return the fit after some rounds over all votes."""
    shorter: Model = replace(model, iterations=rounds) if hasattr(model, "iterations") else model
    return shorter.fit(votes, known, start)


def _sample(votes: VoteArrays, known: Ints | None, most: int, seed: int) -> tuple[VoteArrays, Ints | None]:
    """Return the votes of gold tasks and of random others, about `most` votes, with tasks numbered anew in order."""
    if len(votes) <= most:
        return votes, known
    rank = np.random.default_rng(seed).permutation(votes.tasks)
    if known is not None:
        rank = np.where(known != UNKNOWN, -1, rank)
    order = np.argsort(rank, kind="stable")
    enough = int(np.searchsorted(np.cumsum(votes.votes_per_task()[order]), most)) + 1
    chosen = np.sort(order[: max(enough, int((rank < 0).sum()))]).astype(np.int32)
    return _only(votes, chosen), None if known is None else known[chosen]


def _only(votes: VoteArrays, tasks: Ints) -> VoteArrays:
    """Return the votes on some tasks, (n,) sorted, which are numbered by their place in `tasks`."""
    place = np.full(votes.tasks, UNKNOWN, np.int32)
    place[tasks] = np.arange(len(tasks), dtype=np.int32)
    keep = place[votes.task] != UNKNOWN
    return VoteArrays(
        place[votes.task[keep]],
        votes.annotator[keep],
        votes.label[keep],
        len(tasks),
        votes.annotators,
        votes.classes,
    )


def _additive(members: Sequence[Fitted]) -> tuple[Additive, ...]:
    return tuple(cast(Additive, member) for member in members)  # asking would build the rows of many classes


def _own(state: State, name: str) -> State:
    return {key.removeprefix(f"{name}."): value for key, value in state.items() if key.startswith(f"{name}.")}
