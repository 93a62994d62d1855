"""Folds of gold and random parts of votes, so that gold is judged by fits that did not learn from it."""

import numpy as np

from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays


def fold_numbers(items: int, folds: int, rng: np.random.Generator) -> Ints:
    """Return a random fold for each item, in sizes that differ by at most one: (items,) in [0, folds).

    Raises ValueError for fewer than two folds.
    """
    if folds < 2:
        raise ValueError(f"needs at least 2 folds, not {folds}")
    return rng.permutation(np.arange(items) % folds).astype(np.int32)


def thin_gold(votes: VoteArrays, gold: Ints, rng: np.random.Generator) -> VoteArrays:
    """Return the votes, thinned at random so that gold tasks have as many as ordinary tasks.

    The gold task at the q-th quantile of the vote counts of gold keeps as many votes as the ordinary task at
    the q-th quantile has; gold with no more votes than ordinary tasks keeps all. gold: (tasks,). O(votes).
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
