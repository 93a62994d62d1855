"""A replay of votes in random order to a project that buys them until it is sure.

Annotators' skills are learned only from gold and the votes bought so far: from scratch at each threshold, and
from the last fit when votes have grown by a fifth.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.models.base import Fitted, Model
from shoal_qa.domain.stopping.crowd import crowd_of
from shoal_qa.domain.stopping.next_steps import Foresight, next_steps
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

GROWTH = 1.2  # factor of votes bought between two fits

Tasks = NDArray[np.integer]


@dataclass(slots=True)
class Replay:
    """Votes in a fixed order, and the number bought on each task; gold tasks have all their votes."""

    model: Model
    votes: VoteArrays
    gold: Ints  # (tasks,), gold answers that fits use, or UNKNOWN
    rank: NDArray[np.int64]  # (votes,), position of each vote among those of its task
    available: Ints = field(init=False)  # (tasks,)
    spent: Ints = field(init=False)  # (tasks,)
    _fitted: Fitted = field(init=False)
    _fitted_on: int = field(init=False, default=0)  # votes

    def __post_init__(self) -> None:
        self.available = self.votes.votes_per_task()
        self.spent = self.at_most(0)

    def at_most(self, overlap: int) -> Ints:
        """Return the number of votes of each task if tasks without gold get at most `overlap`: (tasks,)."""
        ordinary = np.minimum(self.available, overlap)
        return np.where(self.gold != UNKNOWN, self.available, ordinary).astype(np.int32)

    def first(self, spent: Ints) -> VoteArrays:
        """Return the first spent[t] votes of each task t."""
        return self.votes.select(self.rank < spent[self.votes.task])

    def until_all_stop(self, rule: StoppingRule, tempering: Tempering) -> Floats:
        """Buy votes, one a task and round, until no task wants one under a fit to all bought.

        Return log posteriors: (tasks, classes).
        """
        self.spent = np.maximum(self.spent, self.at_most(rule.min_votes))
        bought = self.first(self.spent)
        self._fit(bought, None)
        open_tasks: Tasks = np.arange(len(self.spent))
        while True:
            claimed = self._fitted.log_posterior(bought)
            open_tasks = open_tasks[
                self._want(bought, claimed, open_tasks=open_tasks, rule=rule, tempering=tempering)
            ]
            if not len(open_tasks) and len(bought) == self._fitted_on:
                return claimed
            self.spent[open_tasks] += 1
            bought = self.first(self.spent)
            if not len(open_tasks) or len(bought) >= GROWTH * self._fitted_on:
                self._fit(bought, self._fitted)
                # Any task may have changed, not only those with a new vote.
                open_tasks = np.arange(len(self.spent))

    def _fit(self, bought: VoteArrays, start: Fitted | None) -> None:
        self._fitted = self.model.fit(bought, self.gold, start)
        self._fitted_on = len(bought)

    def _want(
        self,
        bought: VoteArrays,
        claimed: Floats,
        *,
        open_tasks: Tasks,
        rule: StoppingRule,
        tempering: Tempering,
    ) -> NDArray[np.bool_]:
        """Return whether each of `open_tasks` should get one more vote."""
        believed = tempering.apply(claimed, self.spent)
        crowd = crowd_of(bought, believed, self._fitted.skill())
        most = np.minimum(self.available, rule.max_votes)[open_tasks]
        foresight = Foresight(crowd, tempering)
        steps = next_steps(
            believed[open_tasks], self.spent[open_tasks], most=most, rule=rule, foresight=foresight
        )
        return np.asarray(steps.action == Action.MORE)


def random_ranks(votes: VoteArrays, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a random position of each vote among those of its task: (votes,)."""
    shuffled = rng.permutation(len(votes))
    order = shuffled[np.argsort(votes.task[shuffled], kind="stable")]
    task = votes.task[order]
    rank = np.empty(len(votes), dtype=np.int64)
    rank[order] = np.arange(len(votes)) - np.searchsorted(task, task)
    return rank
