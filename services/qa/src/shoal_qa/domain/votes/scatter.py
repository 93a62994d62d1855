"""Sums over votes without a Python loop over them: in the orders of orders.py, block by block, in threads."""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.blocks import run_in_threads, split_range

BLOCK = 2**16  # numbers per block: two blocks fit in the cache
VOTES = 2**16  # votes per block when counting confusions


def sum_by_task(votes: VoteArrays, log_likelihood: Floats) -> Floats:
    """Return the sum of log_likelihood[annotator, truth, label] over the votes of each task: (tasks, truths).

    log_likelihood: (annotators + 1, truths, classes). The last entry stands for annotators that are not in
    the fit; the number UNKNOWN (-1) indexes it. Truths are classes, or subdivisions of them. O(votes x
    truths) time, O(truths) further memory per task.
    """
    order, rows = votes.by_task(), _cell_rows(log_likelihood)
    out = np.empty((votes.tasks, rows.shape[1]))

    def work(start: int, stop: int) -> None:
        out[order.task[start:stop]] = order.sums(rows, start, stop)

    run_in_threads(work, split_range(votes.tasks, _block_length(rows.shape[1])))
    return out


def class_posteriors(votes: VoteArrays, log_prior: Floats, log_likelihood: Floats) -> Floats:
    """Return posteriors in one pass over the votes: (tasks, truths).

    They are exp(log_normalise(log_prior + sum_by_task(votes, log_likelihood))). log_prior: (truths,).
    """
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
    """Return the expected number of votes by annotator, truth and label: (annotators, truths, classes).

    posterior: (tasks, truths); truths are classes, or subdivisions of them. O(votes x truths) time. Raises
    ValueError for a vote of an annotator without a number.
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
    """Return log probabilities: each row of logits minus its log-sum-exp, (rows, classes)."""
    out = np.empty(logits.shape, np.result_type(logits.dtype, np.float32))

    def work(start: int, stop: int) -> None:
        part = logits[start:stop]
        columns = np.subtract(part.T, part.max(axis=1), dtype=out.dtype)
        columns -= np.log(np.exp(columns).sum(axis=0))
        out[start:stop] = columns.T

    run_in_threads(work, split_range(len(logits), _block_length(logits.shape[1])))
    return out


def log_totals(logits: Floats) -> Floats:
    """Return the log-sum-exp of each row of logits: (rows,)."""
    out = np.empty(len(logits))

    def work(start: int, stop: int) -> None:
        part = logits[start:stop]
        most = part.max(axis=1)
        out[start:stop] = most + np.log(np.exp(part - most[:, None]).sum(axis=1))

    run_in_threads(work, split_range(len(logits), _block_length(logits.shape[1])))
    return out


def sum_by_annotator(votes: VoteArrays, weights: Floats | None = None) -> Floats:
    """Return the sum of the weights of each annotator's votes, or their number: (annotators,).

    weights: (votes,), or None to count.
    """
    return np.bincount(votes.annotator, weights, votes.annotators).astype(np.float64)


def _cell_rows(log_likelihood: Floats) -> Floats:
    """Return [annotator, truth, label] as one row over truths per cell (annotator, label)."""
    return np.ascontiguousarray(log_likelihood.transpose(0, 2, 1)).reshape(-1, log_likelihood.shape[1])


def _block_length(classes: int) -> int:
    return max(BLOCK // max(classes, 1), 32)
