"""How many votes of an annotator weigh as much as the crowd: the more alike annotators are, the more votes.

    k = (variance of a vote's score about its annotator's mean) / (variance between the annotators' means)

An annotator's mean over n votes then has the weight n / (n + k). Both variances are the moment estimates of a
one-way layout with random effects; no truth is needed. The scores are, for skill, the agreement with the
other votes of the task, and, for habits, the label. If annotators differ no more than by chance, k has no
bound: all count alike, as in majority vote. With a small fixed k the luck of 5 to 20 votes passes for skill,
and accuracy falls below that of majority vote.

Source: Bühlmann and Straub, "Glaubwürdigkeit für Schadensätze", 1970 (credibility theory).
"""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_annotator

BELIEVED = 0.5
"""Factor on k: agreement with others varies more than correctness does, since others err too.

Measured on six public crowds, at 2 votes a task up to all votes, and on simulated crowds of yes/no tasks.
"""
MOST = 5_000.0  # votes, for annotators who are all alike


def votes_for_skill(votes: VoteArrays) -> float:
    """Return how many votes of an annotator weigh as much as the crowd's skill, from 0 to MOST. O(votes)."""
    cells = votes.task.astype(np.int64) * votes.classes + votes.label
    equal = np.bincount(cells, minlength=votes.tasks * votes.classes).reshape(votes.tasks, votes.classes)
    counts = votes.votes_per_task()
    others = np.maximum(counts - 1, 1)[:, None]
    agreement = np.maximum(equal - 1, 0) / others  # (tasks, classes), of a vote for that label
    answered = sum_by_annotator(votes, (counts > 1).astype(np.float64).take(votes.task))
    total = sum_by_annotator(votes, agreement.ravel().take(cells))
    return _credible_after(answered, total[:, None], float((equal * agreement**2).sum()))


def votes_for_habits(votes: VoteArrays) -> float:
    """Return how many votes on a class weigh as much as all other evidence about it, from 0 to MOST.

    The other evidence is the annotator's votes on other classes, and the crowd. O(votes).
    """
    cell = votes.annotator.astype(np.int64) * votes.classes + votes.label
    labels = np.bincount(cell, minlength=votes.annotators * votes.classes).astype(np.float64)
    return _credible_after(
        sum_by_annotator(votes), labels.reshape(votes.annotators, votes.classes), float(len(votes))
    )


def _credible_after(answered: Floats, total: Floats, squares: float) -> float:
    """Return BELIEVED k, at most MOST.

    answered: (annotators,), votes. total: (annotators, scores), sums of scores. squares: the sum of all
    squared scores.
    """
    votes, annotators = answered.sum(), np.count_nonzero(answered)
    if annotators < 2 or votes <= annotators:
        return MOST
    mean = total / np.maximum(answered, 1)[:, None]
    between = (answered[:, None] * (mean - total.sum(axis=0) / votes) ** 2).sum() / (annotators - 1)
    within = (squares - (total * mean).sum()) / (votes - annotators)
    even = (votes - (answered**2).sum() / votes) / (annotators - 1)
    differ = (between - within) / even
    return float(np.clip(BELIEVED * within / differ, 0, MOST)) if differ > 0 else MOST
