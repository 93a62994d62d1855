"""Sums over votes against plain loops, for any votes, blocks and numbers of threads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.votes import blocks, scatter
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays
from shoal_qa.domain.votes.orders import NARROW, stable_order
from shoal_qa.domain.votes.scatter import class_posteriors, count_confusions, log_normalise, sum_by_task
from unit.qa.crowds import arrays

TASKS, ANNOTATORS, CLASSES = 6, 4, 3
rows = st.tuples(st.integers(0, TASKS - 1), st.integers(UNKNOWN, ANNOTATORS - 1), st.integers(0, CLASSES - 1))


def votes_of(
    table: list[tuple[int, int, int]] | np.ndarray, tasks: int = TASKS, annotators: int = ANNOTATORS
) -> VoteArrays:
    return arrays(np.array(table, np.int32).reshape(-1, 3).T, tasks, annotators, CLASSES)


def likelihood(annotators: int = ANNOTATORS, truths: int = CLASSES) -> np.ndarray:
    return np.log(np.random.default_rng(1).dirichlet(np.ones(CLASSES), (annotators + 1, truths)))


def slow_sums(votes: VoteArrays, log_likelihood: np.ndarray) -> np.ndarray:
    out = np.zeros((votes.tasks, log_likelihood.shape[1]))
    for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
        out[task] += log_likelihood[annotator, :, label]
    return out


def slow_counts(votes: VoteArrays, posterior: np.ndarray) -> np.ndarray:
    out = np.zeros((votes.annotators, posterior.shape[1], votes.classes))
    for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
        out[annotator, :, label] += posterior[task]
    return out


def many(seed: int, heavy: int, tasks: int, size: int = 4000) -> VoteArrays:
    """Return votes of which half are on the first `heavy` tasks, far more per task than there are layers."""
    rng = np.random.default_rng(seed)
    task = np.where(rng.random(size) < 0.5, rng.integers(heavy, size=size), rng.integers(tasks, size=size))
    return votes_of(
        np.column_stack([task, rng.integers(30, size=size), rng.integers(CLASSES, size=size)]), tasks, 30
    )


@given(st.lists(rows, max_size=40), st.integers(1, 7))
def test_sums_by_task_are_those_of_a_loop(table: list[tuple[int, int, int]], truths: int) -> None:
    votes, given_truth = votes_of(table), likelihood(truths=truths)
    assert sum_by_task(votes, given_truth) == pytest.approx(slow_sums(votes, given_truth), abs=1e-12)


@given(st.lists(rows.filter(lambda row: row[1] != UNKNOWN), max_size=40), st.integers(1, 7))
def test_confusions_are_those_of_a_loop(table: list[tuple[int, int, int]], truths: int) -> None:
    votes, posterior = votes_of(table), np.random.default_rng(2).dirichlet(np.ones(truths), TASKS)
    assert count_confusions(votes, posterior) == pytest.approx(slow_counts(votes, posterior), abs=1e-12)


@pytest.mark.parametrize(("heavy", "tasks"), [(1, 3), (2, 700), (NARROW + 10, 700)])
def test_heavy_tasks_are_those_of_a_loop(heavy: int, tasks: int) -> None:
    votes = many(heavy, heavy, tasks, 80 * tasks)
    sums = slow_sums(votes, likelihood(30))
    posterior = np.random.default_rng(3).dirichlet(np.ones(CLASSES), tasks)
    assert sum_by_task(votes, likelihood(30)) == pytest.approx(sums, abs=1e-9)
    assert count_confusions(votes, posterior) == pytest.approx(slow_counts(votes, posterior), abs=1e-9)
    prior = np.log([0.5, 0.3, 0.2])
    expected = np.exp(log_normalise(prior + sums))
    assert class_posteriors(votes, prior, likelihood(30)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_neither_threads_nor_blocks_change_a_sum(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    votes, posterior = many(4, 3, 500), np.random.default_rng(5).dirichlet(np.ones(CLASSES), 500)
    sums, counts = sum_by_task(votes, likelihood(30)), count_confusions(votes, posterior)
    normal = log_normalise(sums)
    monkeypatch.setattr(blocks, "thread_count", lambda: workers)
    monkeypatch.setattr(scatter, "BLOCK", 32 * CLASSES)
    monkeypatch.setattr(scatter, "VOTES", 100)
    assert (sum_by_task(votes, likelihood(30)) == sums).all()
    assert (count_confusions(votes, posterior) == counts).all()
    assert (log_normalise(sums) == normal).all()


def test_an_error_in_a_thread_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "thread_count", lambda: 2)

    def work(start: int, stop: int) -> None:
        if start == 6:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        blocks.run_in_threads(work, blocks.split_range(16, 2))


@given(st.lists(st.integers(0, 2**40), max_size=50), st.sampled_from([2, 300, 70_000, 2**33]))
def test_orders_are_stable(key: list[int], keys: int) -> None:
    numbers = np.array(key, np.int64) % keys
    assert (stable_order(numbers, keys) == np.argsort(numbers, kind="stable")).all()


def test_log_normalise_survives_numbers_that_exp_does_not() -> None:
    logits = np.array([[-5000.0, -5001.0], [900.0, 900.0]])
    expected = [[-np.log1p(np.exp(-1)), -1 - np.log1p(np.exp(-1))], [-np.log(2), -np.log(2)]]
    assert log_normalise(logits) == pytest.approx(np.array(expected))
    assert log_normalise(np.empty((0, 3))).shape == (0, 3)
    assert log_normalise(np.array([[1, 1]])) == pytest.approx(np.array([[-np.log(2)] * 2]))


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="task must lie"):
        sum_by_task(votes_of([(TASKS, 0, 0)]), likelihood())
    with pytest.raises(ValueError):
        sum_by_task(votes_of([(-1, 0, 0)]), likelihood())
    with pytest.raises(ValueError, match="annotator number"):
        count_confusions(votes_of([(0, UNKNOWN, 0)]), np.full((TASKS, CLASSES), 1 / CLASSES))


@given(st.lists(rows, max_size=40))
def test_label_counts_are_sums_of_shares(table: list[tuple[int, int, int]]) -> None:
    votes = votes_of(table)
    expected = votes.shares()[votes.votes_per_task() > 0].sum(axis=0)
    assert votes.label_counts() == pytest.approx(expected, abs=1e-12)


def test_counts_of_votes_cannot_be_changed_from_outside() -> None:
    votes = votes_of([(0, 0, 0)])
    with pytest.raises(ValueError):
        votes.votes_per_task()[0] = 2
