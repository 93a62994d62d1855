"""Sums over votes without a loop over votes: gather, weight, bincount."""

import numpy as np

from shoal_qa.domain.arrays import Floats, VoteArrays


def sum_by_task(votes: VoteArrays, log_likelihood: Floats) -> Floats:
    """Return for each task the sum over its votes of log_likelihood[annotator, truth, label].

    log_likelihood: (annotators + 1, classes, classes); the last entry stands for annotators not seen, which the
    number UNKNOWN (-1) happens to index. Returns (tasks, classes). One pass per class: O(votes x classes) time,
    O(votes) further memory.
    """
    out = np.empty((votes.tasks, votes.classes))
    cell = votes.annotator.astype(np.int64) % len(log_likelihood) * votes.classes + votes.label
    for truth in range(votes.classes):
        column = np.ascontiguousarray(log_likelihood[:, truth, :]).ravel()
        out[:, truth] = np.bincount(votes.task, weights=column[cell], minlength=votes.tasks)
    return out


def count_confusions(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return how often each annotator gave each label for each truth, in expectation.

    posterior: (tasks, classes). Returns (annotators, classes, classes) as [annotator, truth, label].
    """
    cells = votes.annotators * votes.classes
    cell = votes.annotator.astype(np.int64) * votes.classes + votes.label
    out = np.empty((votes.annotators, votes.classes, votes.classes))
    for truth in range(votes.classes):
        column = np.ascontiguousarray(posterior[:, truth])
        counts = np.bincount(cell, weights=column[votes.task], minlength=cells)
        out[:, truth, :] = counts.reshape(votes.annotators, votes.classes)
    return out


def log_normalise(logits: Floats) -> Floats:
    """Return rows of logits minus their log-sum-exp, so that they are log probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
