"""`auto`: a panel of models of votes, weighted by gold, or by their agreement without gold.

No model of votes is best everywhere, and each is far below majority vote somewhere. Members err for different
reasons: Dawid-Skene on crowds with a shared bias, the merged table of errors if annotators have individual
errors, the spam model if errors are honest, weighted averages if annotators are biased against each other,
subtypes if votes are few.

Majority vote is the floor of the panel, and a member as well. With gold, members are fitted again without
each fold of it, and the weights maximise the probability of the held-out answers (pool.py). The held-out
posteriors are kept for calibration and certificates, at no further cost in gold.

Large sets: members learn from a sample of tasks (all gold included) of about `sample` votes, then from all
votes for `finish` rounds, so that the time to converge does not grow with the votes. Many classes: models
without confusion matrices replace the members if tables of annotators by classes squared would be too large.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from shoal_qa.domain.models.base import Additive, Fitted, Model, State
from shoal_qa.domain.models.crossfit import fold_numbers, thin_gold
from shoal_qa.domain.models.pool import (
    FittedPool,
    agreement_weights,
    expected_skill,
    mix_posteriors,
    stacking_weights,
    withhold_gold,
)
from shoal_qa.domain.models.wide import FEWEST_CLASSES
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

FOLDS = 5
MOST_CLASSES, MOST_CELLS = 100, 20_000_000  # limits of models with a confusion matrix per annotator


@dataclass(frozen=True, slots=True, kw_only=True)
class Heldout:
    """Posteriors of gold tasks, by fits without their answers.

    task, fold, truth, votes: (gold,); votes are those used after thinning. members: (members, gold, classes),
    log posteriors. prior: (members,), the weights of members by agreement alone.
    """

    task: Ints
    fold: Ints
    truth: Ints
    votes: Ints
    members: Floats
    prior: Floats

    def right(self) -> Floats:
        """Return the probability of the gold answer by each member: (members, gold)."""
        return np.exp(self.members[:, np.arange(len(self.truth)), self.truth])

    def pooled(self, withheld: int | None = None) -> Floats:
        """Return log posteriors of the panel: (gold, classes).

        The weights come from gold outside fold `withheld`.
        """
        return mix_posteriors(list(self.members), self.weights(withheld))

    def weights(self, withheld: int | None = None) -> Floats:
        """Return the weights by all gold outside fold `withheld`: (members,)."""
        others = np.ones(len(self.fold), np.bool_) if withheld is None else self.fold != withheld
        return stacking_weights(self.right()[:, others], self.prior)


@dataclass(frozen=True, slots=True)
class Study:
    """A fit with its held-out evidence; heldout is None without gold."""

    fitted: FittedPool
    heldout: Heldout | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The members, the floor that joins them, and the members for many classes.

    A single member is joined by the floor only if there is gold to weigh them.
    """

    members: Sequence[Model]
    floor: Sequence[Model] = ()
    wide: Sequence[Model] = ()
    name: str = "auto"
    sample: int = 100_000  # votes
    finish: int = 3
    seed: int = 0
    suits: str = "crowds of any kind: it combines the others, and trusts those more that predict better"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Return the pool of the members' fits."""
        return self.study(votes, gold, start).fitted

    def study(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Study:
        """Fit to votes and gold, and again without each fold of the gold."""
        has_gold = gold is not None and bool((gold != UNKNOWN).any())
        members = self._members(votes)
        models = [*members, *self.floor] if has_gold or len(members) > 1 else list(members)
        part, part_gold = _sample_tasks(votes, gold, self.sample, self.seed)
        starts = self._starts(models, start)
        fits = [model.fit(part, None, first) for model, first in zip(models, starts, strict=True)]
        equal = np.full(len(fits), 1 / len(fits))  # without the posteriors, which are large for many classes
        weights = agreement_weights([fit.posterior(part) for fit in fits]) if len(fits) > 2 else equal
        heldout = None
        if has_gold and part_gold is not None:
            heldout = _held_out(models, part, part_gold, blind=fits, prior=weights, seed=self.seed)
            weights = heldout.weights()
            fits = [model.fit(part, part_gold, fit) for model, fit in zip(models, fits, strict=True)]
        if part is not votes:
            fits = [
                _finish_fit(m, self.finish, votes, gold=gold, start=f)
                for m, f in zip(models, fits, strict=True)
            ]
            heldout = heldout and replace(heldout, task=_gold_tasks(votes, gold))
        return Study(_pool_fits(votes, fits, weights, self.name), heldout)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        whole = [*self.members, *self.wide, *self.floor]
        models = [model for model in whole if _member_state(state, model.name)]
        members = [model.load(_member_state(state, model.name)) for model in models]
        return FittedPool(
            _as_additive(members), np.asarray(state["weights"]), np.asarray(state["right"]), self.name
        )

    def is_wide(self, votes: VoteArrays) -> bool:
        """Return whether posteriors of these votes take no table of tasks by classes."""
        models = [*self._members(votes), *self.floor]
        return votes.classes > FEWEST_CLASSES and all(getattr(model, "is_sparse", False) for model in models)

    def _members(self, votes: VoteArrays) -> Sequence[Model]:
        cells = (votes.annotators + 1) * votes.classes**2
        many = votes.classes > MOST_CLASSES or cells > MOST_CELLS
        return self.wide if many and self.wide else self.members

    def _starts(self, models: Sequence[Model], start: Fitted | None) -> list[Fitted | None]:
        if not isinstance(start, FittedPool):
            return [None] * len(models)
        named = {member.name: member for member in start.members}
        return [named.get(model.name) for model in models]


def _pool_fits(votes: VoteArrays, members: Sequence[Fitted], weights: Floats, name: str) -> FittedPool:
    fitted = FittedPool(_as_additive(members), weights, np.zeros(votes.annotators), name)
    return replace(fitted, right=expected_skill(votes, fitted.right_shares(votes)))


def _held_out(
    models: Sequence[Model],
    votes: VoteArrays,
    gold: Ints,
    *,
    blind: Sequence[Fitted],
    prior: Floats,
    seed: int,
) -> Heldout:
    """Fit without each fold of the gold. blind: the fits without any gold, from which each fold starts."""
    tasks = _gold_tasks(votes, gold)
    fold = fold_numbers(len(tasks), max(2, min(FOLDS, len(tasks))), np.random.default_rng(seed))
    out = np.empty((len(models), len(tasks), votes.classes))
    of_gold = _votes_on(thin_gold(votes, gold, np.random.default_rng(seed)), tasks)
    for f in np.unique(fold):
        fewer = withhold_gold(gold, tasks[fold == f], UNKNOWN)
        for m, (model, first) in enumerate(zip(models, blind, strict=True)):
            fitted = model.fit(votes, fewer, first)
            out[m, fold == f] = fitted.log_posterior(of_gold)[fold == f]
    return Heldout(
        task=tasks, fold=fold, truth=gold[tasks], votes=of_gold.votes_per_task(), members=out, prior=prior
    )


def _gold_tasks(votes: VoteArrays, gold: Ints | None) -> Ints:
    """Return the gold tasks that have votes."""
    if gold is None:
        return np.empty(0, np.int32)
    return np.flatnonzero((gold != UNKNOWN) & (votes.votes_per_task() > 0)).astype(np.int32)


def _finish_fit(model: Any, rounds: int, votes: VoteArrays, *, gold: Ints | None, start: Fitted) -> Fitted:
    """Return the fit after some rounds over all votes."""
    shorter: Model = replace(model, iterations=rounds) if hasattr(model, "iterations") else model
    return shorter.fit(votes, gold, start)


def _sample_tasks(
    votes: VoteArrays, gold: Ints | None, most: int, seed: int
) -> tuple[VoteArrays, Ints | None]:
    """Return the votes of all gold tasks and of random others, about `most` votes.

    Tasks are renumbered in order.
    """
    if len(votes) <= most:
        return votes, gold
    rank = np.random.default_rng(seed).permutation(votes.tasks)
    if gold is not None:
        rank = np.where(gold != UNKNOWN, -1, rank)
    order = np.argsort(rank, kind="stable")
    enough = int(np.searchsorted(np.cumsum(votes.votes_per_task()[order]), most)) + 1
    subset = np.sort(order[: max(enough, int((rank < 0).sum()))]).astype(np.int32)
    return _votes_on(votes, subset), None if gold is None else gold[subset]


def _votes_on(votes: VoteArrays, tasks: Ints) -> VoteArrays:
    """Return the votes on some tasks, (n,) sorted, which are renumbered by their index in `tasks`."""
    number = np.full(votes.tasks, UNKNOWN, np.int32)
    number[tasks] = np.arange(len(tasks), dtype=np.int32)
    keep = number[votes.task] != UNKNOWN
    return VoteArrays(
        task=number[votes.task[keep]],
        annotator=votes.annotator[keep],
        label=votes.label[keep],
        tasks=len(tasks),
        annotators=votes.annotators,
        classes=votes.classes,
    )


def _as_additive(members: Sequence[Fitted]) -> tuple[Additive, ...]:
    # A cast, since isinstance would build `rows`, which are too large for many classes.
    return tuple(cast(Additive, member) for member in members)


def _member_state(state: State, name: str) -> State:
    return {key.removeprefix(f"{name}."): value for key, value in state.items() if key.startswith(f"{name}.")}
