"""Folds of gold and random parts of votes: gold is to be answered by fits that did not learn from it."""

import numpy as np

from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays


def fold_numbers(items: int, folds: int, rng: np.random.Generator) -> Ints:
    """Return a fold for each item, at random and of sizes that differ by one at most: (items,) in [0, folds)."""
    if folds < 2:
        raise ValueError(f"needs at least 2 folds, not {folds}")
    return rng.permutation(np.arange(items) % folds).astype(np.int32)


def thin_gold(votes: VoteArrays, gold: Ints, rng: np.random.Generator) -> VoteArrays:
    """Return the votes with no more on gold tasks than ordinary tasks have; what is kept is random.

    The gold task at the q-th quantile of gold tasks' vote counts keeps as many as the ordinary task at the q-th
    quantile of theirs. Gold that has as many votes as ordinary tasks keeps them all. known: (tasks,). O(votes).
    """
    counts = votes.votes_per_task()
    gold_tasks = np.flatnonzero((gold != UNKNOWN) & (counts > 0))
    ordinary = np.sort(counts[(gold == UNKNOWN) & (counts > 0)])
    if not len(gold_tasks) or not len(ordinary):
        return votes
    ranked = gold_tasks[np.lexsort((rng.random(len(gold_tasks)), counts[gold_tasks]))]
    quantile = (np.arange(len(gold_tasks)) + 0.5) / len(gold_tasks)
    most = np.full(votes.tasks, counts.max(), dtype=np.int32)
    most[ranked] = ordinary[(quantile * len(ordinary)).astype(np.int64)]
    return keep_at_most(votes, most, rng)


def keep_at_most(votes: VoteArrays, most: Ints, rng: np.random.Generator) -> VoteArrays:
    """Return at most most[t] random votes of each task t. most: (tasks,)."""
    shuffled = rng.permutation(len(votes))
    order = shuffled[np.argsort(votes.task[shuffled], kind="stable")]
    task = votes.task[order]
    rank = np.arange(len(votes)) - np.searchsorted(task, task)
    keep = np.zeros(len(votes), dtype=np.bool_)
    keep[order[rank < most[task]]] = True
    return votes.select(keep)
