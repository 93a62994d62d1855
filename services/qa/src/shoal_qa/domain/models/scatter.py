"""Sums over votes without a loop over votes: gather, weight, bincount."""

import numpy as np

from shoal_qa.domain.arrays import Floats, VoteArrays


def sum_by_task(votes: VoteArrays, log_likelihood: Floats) -> Floats:
    """Return for each task the sum over its votes of log_likelihood[annotator, truth, label].

    log_likelihood: (annotators + 1, truths, classes); the last entry stands for annotators not seen, which the
    number UNKNOWN (-1) happens to index. Truths are classes, or finer. Returns (tasks, truths). One pass per truth:
    O(votes x truths) time, O(votes) further memory.
    """
    truths = log_likelihood.shape[1]
    out = np.empty((votes.tasks, truths))
    cell = votes.annotator.astype(np.int64) % len(log_likelihood) * votes.classes + votes.label
    for truth in range(truths):
        column = np.ascontiguousarray(log_likelihood[:, truth, :]).ravel()
        out[:, truth] = np.bincount(votes.task, weights=column[cell], minlength=votes.tasks)
    return out


def count_confusions(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return how often each annotator gave each label for each truth, in expectation.

    posterior: (tasks, truths), truths being classes, or finer. Returns (annotators, truths, classes).
    """
    truths = posterior.shape[1]
    cells = votes.annotators * votes.classes
    cell = votes.annotator.astype(np.int64) * votes.classes + votes.label
    out = np.empty((votes.annotators, truths, votes.classes))
    for truth in range(truths):
        column = np.ascontiguousarray(posterior[:, truth])
        counts = np.bincount(cell, weights=column[votes.task], minlength=cells)
        out[:, truth, :] = counts.reshape(votes.annotators, votes.classes)
    return out


def log_normalise(logits: Floats) -> Floats:
    """Return rows of logits minus their log-sum-exp, so that they are log probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
