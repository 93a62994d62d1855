"""Sums over votes without a loop over votes: in the orders of domain/orders.py, a block at a time, in threads."""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.blocks import run_in_threads, split_range

BLOCK = 2**16  # numbers of a block: it and one more like it stay in the cache
VOTES = 2**16  # votes whose posteriors are added up at once


def sum_by_task(votes: VoteArrays, log_likelihood: Floats) -> Floats:
    """Return for each task the sum over its votes of log_likelihood[annotator, truth, label].

    log_likelihood: (annotators + 1, truths, classes); the last entry stands for annotators not seen, which the
    number UNKNOWN (-1) happens to index. Truths are classes, or finer. Returns (tasks, truths). O(votes x truths) time,
    O(truths) further memory a task.
    """
    order, rows = votes.by_task(), _cell_rows(log_likelihood)
    out = np.empty((votes.tasks, rows.shape[1]))

    def work(start: int, stop: int) -> None:
        out[order.task[start:stop]] = order.sums(rows, start, stop)

    run_in_threads(work, split_range(votes.tasks, _block_length(rows.shape[1])))
    return out


def class_posteriors(votes: VoteArrays, log_prior: Floats, log_likelihood: Floats) -> Floats:
    """Return exp(log_normalise(log_prior + sum_by_task(votes, log_likelihood))) in one pass: (tasks, truths)."""
    order, rows = votes.by_task(), _cell_rows(log_likelihood)
    out = np.empty((votes.tasks, rows.shape[1]))

    def work(start: int, stop: int) -> None:
        columns = order.sums(rows, start, stop).T + log_prior[:, None]
        columns -= columns.max(axis=0)
        np.exp(columns, out=columns)
        columns /= columns.sum(axis=0)
        out[order.task[start:stop]] = columns.T

    run_in_threads(work, split_range(votes.tasks, _block_length(rows.shape[1])))
    return out


def count_confusions(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return how often each annotator gave each label for each truth, in expectation.

    posterior: (tasks, truths), truths being classes, or finer. Returns (annotators, truths, classes). O(votes x truths)
    time. Raises ValueError for a vote of an annotator not seen.
    """
    order = votes.by_cell()
    out = np.zeros((votes.annotators, posterior.shape[1], votes.classes))
    annotator, label = np.divmod(order.cell, votes.classes)
    columns = np.ascontiguousarray(posterior.T)

    def work(start: int, stop: int) -> None:
        for truth, column in enumerate(columns):
            out[annotator[start:stop], truth, label[start:stop]] = order.sums(column, start, stop)

    run_in_threads(work, order.parts(VOTES))
    return out


def log_normalise(logits: NDArray[np.floating]) -> Floats:
    """Return rows of logits minus their log-sum-exp, so that they are log probabilities: (rows, classes)."""
    out = np.empty(logits.shape, np.result_type(logits.dtype, np.float32))

    def work(start: int, stop: int) -> None:
        part = logits[start:stop]
        columns = np.subtract(part.T, part.max(axis=1), dtype=out.dtype)
        columns -= np.log(np.exp(columns).sum(axis=0))
        out[start:stop] = columns.T

    run_in_threads(work, split_range(len(logits), _block_length(logits.shape[1])))
    return out


def sum_by_annotator(votes: VoteArrays, weights: Floats | None = None) -> Floats:
    """Return the sum of the weights of each annotator's votes, or their number: (annotators,). weights: (votes,)."""
    return np.bincount(votes.annotator, weights, votes.annotators).astype(np.float64)


def _cell_rows(log_likelihood: Floats) -> Floats:
    """Return [annotator, truth, label] as a row over the truth for each cell (annotator, label)."""
    return np.ascontiguousarray(log_likelihood.transpose(0, 2, 1)).reshape(-1, log_likelihood.shape[1])


def _block_length(classes: int) -> int:
    return max(BLOCK // max(classes, 1), 32)
