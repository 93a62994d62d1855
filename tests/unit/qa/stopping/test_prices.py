"""What the price of a review does, in replays of simulated and real crowds."""

import numpy as np
import pytest

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.models.base import Model
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.stopping.prices import PriceOutcome, replay_price
from shoal_qa.domain.stopping.replay import Replay, random_ranks
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays
from unit.qa.crowds import honest
from unit.qa.real_crowds import draw_gold, real_crowd

MODEL = DawidSkene(iterations=25)


def outcome(
    votes: VoteArrays, truth: Ints, known: Ints, rule: StoppingRule, model: Model = MODEL
) -> PriceOutcome:
    replay = Replay(model, votes, known, random_ranks(votes, np.random.default_rng(0)))
    return replay_price(replay, truth, rule, Tempering())


def test_dearer_reviews_buy_more_votes_and_fewer_reviews() -> None:
    crowd = honest(2, tasks=400, per_task=8, hard=0.2)
    truth, known = crowd.truth.astype(np.int32), np.full(400, UNKNOWN, np.int32)
    found = [
        outcome(crowd.votes, truth, known, StoppingRule(threshold=0.8, max_votes=8, review_price=price))
        for price in (1.5, 5.0, 20.0)
    ]
    votes, reviewed = [each.votes for each in found], [each.reviewed for each in found]
    assert votes == sorted(votes)
    assert reviewed == sorted(reviewed, reverse=True)
    assert votes[2] > votes[0] + 0.2
    assert reviewed[2] < reviewed[0] - 0.05
    for each in found:
        assert each.review_price is not None
        assert each.cost == pytest.approx(each.votes + each.review_price * each.reviewed)
        assert each.accepted + each.reviewed == pytest.approx(1)
        assert each.accuracy == pytest.approx(each.reviewed + each.accepted * each.accepted_accuracy)


def test_without_experts_every_label_counts_as_it_is() -> None:
    crowd = honest(3, tasks=200, per_task=6)
    truth = crowd.truth.astype(np.int32)
    known = np.where(np.arange(200) < 50, truth, UNKNOWN).astype(np.int32)
    found = outcome(crowd.votes, truth, known, StoppingRule(vote_price=0.5))
    assert (found.review_price, found.reviewed) == (None, 0)
    assert found.cost == pytest.approx(0.5 * found.votes)
    with pytest.raises(ValueError, match="an answer to measure on"):
        outcome(crowd.votes, truth, truth, StoppingRule())


@pytest.mark.parametrize("price", [2.0, 10.0])
def test_the_rule_costs_no_more_than_any_fixed_number_of_votes_on_real_crowds(price: float) -> None:
    """Means over three sets: two votes for all and five for all cost more, and labels are as often right."""
    costs: dict[str, list[float]] = {"rule": [], "two": [], "five": []}
    for name in ("rte", "weather_cf", "music_genre"):
        votes, truth = real_crowd(name)
        known = draw_gold(truth, 60, np.random.default_rng(0))
        for way, least, most in (("rule", 2, 5), ("two", 2, 2), ("five", 5, 5)):
            rule = StoppingRule(min_votes=least, max_votes=most, review_price=price)
            costs[way].append(outcome(votes, truth, known, rule).cost)
    assert np.mean(costs["rule"]) < np.mean(costs["two"]) + 0.02
    assert np.mean(costs["rule"]) < np.mean(costs["five"]) - 0.1
