"""How many votes would have done: curves with known ends, and stopping against fixed overlap."""

import numpy as np
import pytest

from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.stopping.replay import random_ranks
from shoal_qa.domain.stopping.simulation import Spending, VoteSimulation, simulate_votes
from shoal_qa.domain.votes.arrays import UNKNOWN
from unit.qa.crowds import honest
from unit.qa.real_crowds import draw_gold, real_crowd

MODEL = DawidSkene(iterations=25)


def at(spending: Spending, votes: float) -> float:
    return float(np.interp(votes, spending.votes, spending.accuracy))


def saving(found: VoteSimulation, spending: Spending, tolerance: float) -> float:
    """Return the share of all votes that a curve saves at the accuracy of all votes, less `tolerance`."""
    reached = np.flatnonzero(spending.accuracy >= found.accuracy - tolerance)
    first = int(reached[0])
    if first == 0:
        return float(1 - spending.votes[0] / found.votes)
    last = slice(first - 1, first + 1)
    needed = np.interp(found.accuracy - tolerance, spending.accuracy[last], spending.votes[last])
    return float(1 - needed / found.votes)


def test_a_replay_takes_each_task_s_votes_in_a_random_order() -> None:
    votes = honest(1, tasks=40, per_task=6).votes
    ranks = random_ranks(votes, np.random.default_rng(0))
    other = random_ranks(votes, np.random.default_rng(1))
    for task in range(40):
        assert sorted(ranks[votes.task == task]) == list(range(6))
    assert (ranks != other).any()


def test_curves_rise_in_votes_and_end_with_all() -> None:
    crowd = honest(2, tasks=150, per_task=6)
    found = simulate_votes(MODEL, crowd.votes, np.random.default_rng(0), crowd.truth.astype(np.int32))
    final = MODEL.fit(crowd.votes).log_posterior(crowd.votes).argmax(axis=1)
    assert found.accuracy == (final == crowd.truth).mean()
    assert found.votes == len(crowd.votes)
    for each in (found.sequential, found.fixed):
        assert (np.diff(each.votes) >= 0).all()
        assert each.votes[-1] == found.votes
        assert each.accuracy[-1] == found.accuracy
    assert found.fixed.votes[0] == 150
    assert found.fixed.at[0] == 1
    assert found.sequential.votes[0] >= 300  # nobody stops before two


def test_gold_is_neither_paid_for_nor_measured() -> None:
    crowd = honest(3, tasks=150, per_task=6)
    known = np.where(np.arange(150) < 50, crowd.truth, UNKNOWN).astype(np.int32)
    found = simulate_votes(
        MODEL, crowd.votes, np.random.default_rng(0), crowd.truth.astype(np.int32), gold=known
    )
    assert found.tasks == 100
    assert found.votes == 600
    assert found.fixed.votes[0] == 100


def test_without_truth_it_measures_agreement_with_all_votes() -> None:
    crowd = honest(4, tasks=200, per_task=8)
    found = simulate_votes(MODEL, crowd.votes, np.random.default_rng(0))
    assert found.accuracy == 1
    assert found.sequential.accuracy[0] < 1
    assert saving(found, found.sequential, 0.05) > 0.2


@pytest.mark.parametrize("classes", [2, 4])
def test_stopping_beats_fixed_overlap_where_tasks_differ(classes: int) -> None:
    saved = []
    for seed in range(3):
        crowd = honest(seed, tasks=500, per_task=12, classes=classes, hard=0.2)
        truth = crowd.truth.astype(np.int32)
        known = np.where(np.arange(500) < 100, truth, UNKNOWN).astype(np.int32)
        found = simulate_votes(MODEL, crowd.votes, np.random.default_rng(seed), truth, gold=known)
        saved.append(tuple(saving(found, curve, 0.01) for curve in (found.sequential, found.fixed)))
        for share in (1 / 4, 1 / 3):
            assert at(found.sequential, share * found.votes) > at(found.fixed, share * found.votes) + 0.01
    stopping, overlap = np.mean(saved, axis=0)
    assert stopping > 0.5
    assert stopping > overlap + 0.1


def test_the_same_seed_gives_the_same_curves() -> None:
    crowd = honest(5, tasks=100, per_task=5)
    one, other = (simulate_votes(MODEL, crowd.votes, np.random.default_rng(7)) for _ in range(2))
    assert (one.sequential.votes == other.sequential.votes).all()
    assert (one.fixed.accuracy == other.fixed.accuracy).all()


def test_any_model_can_be_replayed() -> None:
    crowd = honest(6, tasks=100, per_task=5)
    found = simulate_votes(Majority(), crowd.votes, np.random.default_rng(0), crowd.truth.astype(np.int32))
    assert found.sequential.votes[-1] == len(crowd.votes)


def test_there_must_be_something_to_measure() -> None:
    crowd = honest(7, tasks=10)
    gold = crowd.truth.astype(np.int32)
    with pytest.raises(ValueError, match="an answer to measure on"):
        simulate_votes(MODEL, crowd.votes, np.random.default_rng(0), gold=gold)


@pytest.mark.parametrize("name", ["rte", "bluebirds", "weather_cf"])
def test_stopping_beats_fixed_overlap_on_real_crowds(name: str) -> None:
    votes, truth = real_crowd(name)
    rng = np.random.default_rng(0)
    known = draw_gold(truth, int(0.2 * len(truth)), rng)
    found = simulate_votes(MODEL, votes, rng, truth, gold=known)
    half = found.votes / 2
    assert at(found.sequential, half) > at(found.fixed, half)
    assert at(found.sequential, half) > found.accuracy - 0.035
