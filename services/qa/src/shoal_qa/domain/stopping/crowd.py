"""The annotators of the next votes: those of the votes so far, in four kinds by skill.

A vote by a skilled annotator may settle what the average one cannot, so the mean of all would understate what
a further vote can do. On the six public sets of docs/quality.md, under Dawid and Skene's model, four kinds
cost as much as one where a review costs 2 votes, and 1, 1 and 6 % less where it costs 5, 10 and 20.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, VoteArrays

KINDS = 4
MOST_CLASSES = 200  # classes of a confusion matrix


@dataclass(frozen=True, slots=True)
class Crowd:
    """Kinds of annotators. confusion: (kinds, classes, classes), p(label | truth). share: of votes."""

    confusion: Floats
    share: Floats


def crowd_of(votes: VoteArrays, posterior: Floats, skill: Floats) -> Crowd | None:
    """Return the annotators of votes, in quarters by skill; None without votes and above MOST_CLASSES.

    posterior: (tasks, classes), calibrated. skill: (annotators,). O(votes x classes).
    """
    if not len(votes) or votes.classes > MOST_CLASSES:
        return None
    vote_skill = skill[votes.annotator]
    kind = np.searchsorted(np.quantile(vote_skill, np.arange(1, KINDS) / KINDS), vote_skill, side="right")
    parts = [votes.select(kind == number) for number in np.unique(kind)]
    share = np.array([len(part) for part in parts]) / len(votes)
    return Crowd(np.stack([_smoothed_confusion(part, posterior) for part in parts]), share)


def _smoothed_confusion(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return p(label | truth), with one right and one random vote added to each truth: (classes, classes)."""
    counts = count_confusion(votes, posterior) + np.eye(votes.classes) + 1 / votes.classes
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def count_confusion(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return the expected number of votes for each truth and label: (classes, classes)."""
    order = np.argsort(votes.label, kind="stable")
    edges = np.searchsorted(votes.label[order], np.arange(votes.classes + 1))
    columns = [posterior[votes.task[order[a:b]]].sum(axis=0) for a, b in pairwise(edges.tolist())]
    return np.stack(columns, axis=1)
