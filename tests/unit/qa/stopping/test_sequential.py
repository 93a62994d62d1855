"""What to buy next, against a slow walk through every sequence of further votes."""

from itertools import product

import numpy as np
import pytest

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.lookahead import Outlook
from shoal_qa.domain.stopping.sequential import Action, Kinds, StoppingRule, next_actions
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats

FLAT = Tempering(excess=0.0)  # temperature 1 at any number of votes
COIN = np.array([[0.8, 0.2], [0.2, 0.8]])
WEAK = np.array([[0.6, 0.4], [0.4, 0.6]])
EXPERT = np.array([[0.95, 0.05], [0.1, 0.9]])


def kinds(*confusion: Floats, price: tuple[float, ...] = (1.0,)) -> Kinds:
    return Kinds(np.array(confusion), np.array(price))


def updated(q: Floats, labels: tuple[int, ...], confusion: Floats, votes: int, t: Tempering) -> Floats:
    """Return the calibrated probabilities of one task after further labels, as the service would compute them."""
    now, then = t.temperatures(np.array([votes, votes + len(labels)]))
    logits = (now * np.log(q) + sum(np.log(confusion[:, label]) for label in labels)) / then
    p = np.exp(logits - logits.max())
    return np.asarray(p / p.sum())


def chance(q: Floats, labels: tuple[int, ...], confusion: Floats) -> float:
    """Return the probability that exactly these labels come next."""
    return float(sum(q[k] * np.prod([confusion[k, label] for label in labels]) for k in range(len(q))))


def slow_value(q: Floats, votes: int, confusion: Floats, price: float, left: int, t: Tempering) -> float:
    best = 0.0
    for m in range(1, left + 1):
        expected = sum(
            chance(q, labels, confusion) * updated(q, labels, confusion, votes, t).max()
            for labels in product(range(len(q)), repeat=m)
        )
        best = max(best, (expected - q.max()) / (m * price))
    return best


def slow_reach(q: Floats, votes: int, confusion: Floats, rule: StoppingRule, t: Tempering) -> float:
    """Return the chance that some class gets there, by every sequence of the votes left."""
    assert rule.threshold is not None
    total = 0.0
    for labels in product(range(len(q)), repeat=rule.max_votes - votes):
        there = any(
            votes + m >= rule.min_votes
            and updated(q, labels[:m], confusion, votes, t).max() >= rule.threshold
            for m in range(1, len(labels) + 1)
        )
        total += there * chance(q, labels, confusion)
    return total


@pytest.mark.parametrize("tempering", [FLAT, Tempering(noise=1.3), Tempering(noise=2.0, excess=0.0)])
def test_two_classes_are_exact(tempering: Tempering) -> None:
    rng = np.random.default_rng(0)
    rule = StoppingRule(threshold=0.9, min_votes=3, max_votes=6, futile_below=0)
    for confusion in (COIN, EXPERT):
        q = rng.dirichlet([1, 1], 12)
        votes = rng.integers(1, 6, 12).astype(np.int32)
        found = next_actions(q, votes, kinds(confusion), rule, tempering)
        for row in range(12):
            left = rule.max_votes - votes[row]
            value = slow_value(q[row], int(votes[row]), confusion, 1.0, int(left), tempering)
            reach = slow_reach(q[row], int(votes[row]), confusion, rule, tempering)
            assert found.value[row] == pytest.approx(value, abs=1e-9)
            assert -1e-9 <= found.reach[row] - reach <= 0.02  # the two classes may both get there, in turn


def test_more_classes_are_merged_with_care() -> None:
    """Merging classes may only hide what a vote tells: a value at most the exact one, and a reach near it."""
    rng = np.random.default_rng(1)
    confusion = np.full((3, 3), 0.15) + 0.55 * np.eye(3)
    rule = StoppingRule(threshold=0.85, min_votes=1, max_votes=5, futile_below=0)
    q = rng.dirichlet([1, 1, 1], 30)
    votes = np.full(30, 2, np.int32)
    found = next_actions(q, votes, kinds(confusion), rule, FLAT)
    value = [slow_value(row, 2, confusion, 1.0, 3, FLAT) for row in q]
    reach = np.array([slow_reach(row, 2, confusion, rule, FLAT) for row in q])
    assert (found.value <= np.array(value) + 1e-9).all()
    assert np.corrcoef(found.value, value)[0, 1] > 0.9
    assert np.abs(found.reach - reach).mean() < 0.08


def test_expectations_are_over_a_distribution() -> None:
    rng = np.random.default_rng(2)
    q = rng.dirichlet([1, 1, 1, 1], 50)
    confusion = rng.dirichlet([1, 1, 1, 1], 4) + 2 * np.eye(4)
    confusion /= confusion.sum(axis=1, keepdims=True)
    label = q.argmax(axis=1).astype(np.int32)
    outlook = Outlook.of(q, label, confusion, np.full(50, 2, np.int32), FLAT)
    gains = outlook.expected_best(6, np.zeros(50))[0] - q.max(axis=1)[:, None]
    assert np.abs(gains).max() < 1e-9  # without a rival the class's own probability keeps its mean
    reach = outlook.reach(0.9, 1, np.full(50, 8, np.int32))
    assert ((reach >= 0) & (reach <= 1)).all()


def test_every_action_has_its_case() -> None:
    q = np.array([[0.95, 0.05], [0.95, 0.05], [0.7, 0.3], [0.7, 0.3], [0.85, 0.15]])
    votes = np.array([2, 1, 2, 5, 4], np.int32)
    rule = StoppingRule(threshold=0.9, min_votes=2, max_votes=5)
    found = next_actions(q, votes, kinds(WEAK), rule, FLAT)
    expected = [Action.ACCEPT, Action.MORE, Action.MORE, Action.FUTILE, Action.FUTILE]
    assert found.action.tolist() == expected
    assert found.kind.tolist() == [UNKNOWN, 0, 0, UNKNOWN, UNKNOWN]
    assert found.reach[4] == 0  # one vote of 0.6 leaves 0.85 below 0.9, and on top


def test_reviews_are_bought_where_votes_are_done_or_dearer() -> None:
    q = np.array([[0.7, 0.3], [0.7, 0.3], [0.95, 0.05]])
    votes = np.array([2, 5, 2], np.int32)
    dear = StoppingRule(review_price=30.0)
    assert next_actions(q, votes, kinds(COIN), dear, FLAT).action.tolist() == [
        Action.MORE,
        Action.REVIEW,
        Action.ACCEPT,
    ]
    cheap = StoppingRule(review_price=1.0)
    assert next_actions(q, votes, kinds(COIN), cheap, FLAT).action.tolist() == [
        Action.REVIEW,
        Action.REVIEW,
        Action.ACCEPT,
    ]


def test_the_better_annotator_is_asked_until_he_costs_too_much() -> None:
    q, votes = np.array([[0.6, 0.4]]), np.array([2], np.int32)
    asked = [
        int(next_actions(q, votes, kinds(COIN, EXPERT, price=(1.0, price)), StoppingRule(), FLAT).kind[0])
        for price in (1.0, 1.2, 4.0)
    ]
    assert asked == [1, 1, 0]


def test_a_vote_that_cannot_change_the_outcome_alone_is_worth_something() -> None:
    """One vote of 0.6 never overturns 0.8, so that one step ahead every vote would be worth nothing."""
    q, votes = np.array([[0.8, 0.2]]), np.array([2], np.int32)
    rule = StoppingRule(max_votes=12)
    assert Outlook.of(q, np.array([0], np.int32), WEAK, votes, FLAT).expected_best(1, np.ones(1))[0][
        0, 0
    ] == pytest.approx(0.8)
    assert next_actions(q, votes, kinds(WEAK), rule, FLAT).value[0] > 0


def test_noise_is_futile() -> None:
    noise = np.full((2, 2), 0.5)
    found = next_actions(np.array([[0.6, 0.4]]), np.array([2], np.int32), kinds(noise), StoppingRule(), FLAT)
    assert found.action[0] == Action.FUTILE
    assert found.value[0] == 0


def test_without_a_threshold_nothing_is_accepted_and_all_votes_are_bought() -> None:
    rule = StoppingRule(threshold=None, max_votes=4)
    found = next_actions(
        np.array([[1.0, 0.0], [0.9, 0.1]]), np.array([3, 4], np.int32), kinds(COIN), rule, FLAT
    )
    assert found.action.tolist() == [Action.MORE, Action.FUTILE]
    assert np.isnan(found.reach).all()


def test_one_task_alone_is_decided_as_among_others() -> None:
    rng = np.random.default_rng(3)
    q = rng.dirichlet(np.ones(6), 300)
    votes = rng.integers(0, 8, 300).astype(np.int32)
    confusion = np.full((6, 6), 0.06) + 0.64 * np.eye(6)
    offered = kinds(confusion, np.full((6, 6), 0.02) + 0.88 * np.eye(6), price=(1.0, 3.0))
    rule = StoppingRule(threshold=0.85, max_votes=7, review_price=8.0)
    together = next_actions(q, votes, offered, rule, Tempering())
    for row in range(0, 300, 7):
        alone = next_actions(q[row : row + 1], votes[row : row + 1], offered, rule, Tempering())
        assert alone.action[0] == together.action[row]
        assert alone.kind[0] == together.kind[row]
        assert alone.value[0] == pytest.approx(together.value[row])
        assert alone.reach[0] == pytest.approx(together.reach[row])


def test_tiers_are_means_by_votes() -> None:
    confusion = np.array([np.eye(2), np.full((2, 2), 0.5), COIN, EXPERT])
    found = Kinds.of_tiers(confusion, np.array([3, 1, 5]), np.array([0, 0, 2]), np.array([1.0, 2.0, 3.0]))
    assert found.confusion[0] == pytest.approx(0.75 * np.eye(2) + 0.25 * 0.5)
    assert found.confusion[1] == pytest.approx(EXPERT)  # nobody yet: an annotator not seen
    assert found.confusion[2] == pytest.approx(COIN)


def test_bad_input_is_named() -> None:
    q, votes = np.array([[0.6, 0.4]]), np.array([2], np.int32)
    with pytest.raises(ValueError, match="a row of probabilities for each task"):
        next_actions(q, np.array([1, 2], np.int32), kinds(COIN), StoppingRule(), FLAT)
    with pytest.raises(ValueError, match="the same classes"):
        next_actions(q, votes, kinds(np.eye(3)), StoppingRule(), FLAT)
    with pytest.raises(ValueError, match="one kind at least"):
        Kinds(np.zeros((0, 2, 2)), np.zeros(0))
    with pytest.raises(ValueError, match="above 0"):
        kinds(COIN, price=(0.0,))
    with pytest.raises(ValueError, match="min_votes"):
        StoppingRule(min_votes=4, max_votes=3)
    with pytest.raises(ValueError, match="threshold"):
        StoppingRule(threshold=0)
    with pytest.raises(ValueError, match="review price"):
        StoppingRule(review_price=0)
