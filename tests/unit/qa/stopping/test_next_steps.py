"""The next step of a task, against a slow walk through every sequence of further votes."""

from itertools import product

import numpy as np
import pytest

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.crowd import Crowd, crowd_of
from shoal_qa.domain.stopping.lookahead import Outlook, Standing, chance_to_overturn, chance_to_reach
from shoal_qa.domain.stopping.next_steps import Foresight, NextSteps, next_steps
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

FLAT = Tempering(excess=0.0)  # temperature 1 at any number of votes
COIN = np.array([[0.8, 0.2], [0.2, 0.8]])
WEAK = np.array([[0.6, 0.4], [0.4, 0.6]])
EXPERT = np.array([[0.95, 0.05], [0.1, 0.9]])


def crowd(*confusion: Floats) -> Crowd:
    return Crowd(np.array(confusion), np.full(len(confusion), 1 / len(confusion)))


def steps(
    q: Floats | list[list[float]],
    votes: list[int],
    rule: StoppingRule,
    kinds: Crowd | None,
    t: Tempering = FLAT,
) -> NextSteps:
    count = np.array(votes, np.int32)
    most = np.full_like(count, rule.max_votes)
    return next_steps(np.array(q), count, most=most, rule=rule, foresight=Foresight(kinds, t))


def standing(q: Floats, votes: Ints, left: Ints, t: Tempering = FLAT) -> Standing:
    return Standing(posterior=q, votes=votes, left=left, tempering=t)


def updated(q: Floats, labels: tuple[int, ...], confusion: Floats, votes: int, t: Tempering) -> Floats:
    """Return the calibrated probabilities of one task after further labels, as in the service."""
    now, then = t.temperatures(np.array([votes, votes + len(labels)]))
    logits = (now * np.log(q) + sum(np.log(confusion[:, label]) for label in labels)) / then
    p = np.exp(logits - logits.max())
    return np.asarray(p / p.sum())


def chance(q: Floats, labels: tuple[int, ...], confusion: Floats) -> float:
    """Return the probability that exactly these labels come next."""
    return float(sum(q[k] * np.prod([confusion[k, label] for label in labels]) for k in range(len(q))))


def slow_reach(
    q: Floats, votes: int, confusion: Floats, left: int, rule: StoppingRule, t: Tempering
) -> float:
    """Return the chance that some class is at the threshold within `left` votes, by all sequences."""
    assert rule.threshold is not None
    total = 0.0
    for labels in product(range(len(q)), repeat=left):
        there = any(
            votes + m >= rule.min_votes
            and updated(q, labels[:m], confusion, votes, t).max() >= rule.threshold
            for m in range(1, left + 1)
        )
        total += there * chance(q, labels, confusion)
    return total


def slow_overturn(q: Floats, votes: int, confusion: Floats, left: int, t: Tempering) -> float:
    return sum(
        chance(q, labels, confusion)
        for labels in product(range(len(q)), repeat=left)
        if updated(q, labels, confusion, votes, t).argmax() != q.argmax()
    )


@pytest.mark.parametrize("tempering", [FLAT, Tempering(noise=1.3), Tempering(noise=2.0, excess=0.0)])
def test_two_classes_are_exact(tempering: Tempering) -> None:
    rng = np.random.default_rng(0)
    rule = StoppingRule(threshold=0.9, min_votes=3, max_votes=6)
    for confusion in (COIN, EXPERT):
        q = rng.dirichlet([1, 1], 12)
        votes = rng.integers(1, 6, 12).astype(np.int32)
        tasks = standing(q, votes, (6 - votes).astype(np.int32), tempering)
        reach = chance_to_reach(tasks, crowd(confusion), 0.9, 3)
        overturn = chance_to_overturn(tasks, crowd(confusion))
        for row in range(12):
            count, left = int(votes[row]), int(tasks.left[row])
            for ahead in range(1, left + 1):
                exact = slow_reach(q[row], count, confusion, ahead, rule, tempering)
                assert -1e-9 <= reach[row, ahead - 1] - exact <= 0.02  # both classes may get there, in turn
            assert (reach[row, left:] == reach[row, left - 1]).all()
            exact = slow_overturn(q[row], count, confusion, left, tempering)
            assert overturn[row] == pytest.approx(exact, abs=1e-9)


def test_more_classes_are_merged_with_care() -> None:
    rng = np.random.default_rng(1)
    confusion = np.full((3, 3), 0.15) + 0.55 * np.eye(3)
    rule = StoppingRule(threshold=0.85, min_votes=1, max_votes=5)
    q, two = rng.dirichlet([1, 1, 1], 30), np.full(30, 2, np.int32)
    reach = chance_to_reach(standing(q, two, two + 1), crowd(confusion), 0.85, 1)[:, -1]
    exact = np.array([slow_reach(row, 2, confusion, 3, rule, FLAT) for row in q])
    assert np.abs(reach - exact).mean() < 0.08


def test_chances_of_a_mixed_crowd_are_the_means_of_its_kinds() -> None:
    q, two = np.array([[0.6, 0.4], [0.5, 0.5]]), np.array([2, 2], np.int32)
    tasks = standing(q, two, two)
    parts = [chance_to_reach(tasks, crowd(kind), 0.9, 2) for kind in (WEAK, EXPERT)]
    mixed = chance_to_reach(tasks, Crowd(np.array([WEAK, EXPERT]), np.array([0.75, 0.25])), 0.9, 2)
    np.testing.assert_allclose(mixed, 0.75 * parts[0] + 0.25 * parts[1])


def test_every_action_has_its_case() -> None:
    q = [[0.95, 0.05], [0.95, 0.05], [0.7, 0.3], [0.7, 0.3], [0.85, 0.15], [0.5, 0.5]]
    rule = StoppingRule(threshold=0.9, min_votes=2, max_votes=5)
    found = steps(q, [2, 1, 2, 5, 4, 0], rule, crowd(WEAK))
    expected = [Action.ACCEPT, Action.MORE, Action.MORE, Action.FUTILE, Action.FUTILE, Action.MORE]
    assert found.action.tolist() == expected
    assert np.isnan(found.reach[[0, 3]]).all()
    assert found.reach[4] == 0  # one vote of 0.6 leaves 0.85 below 0.9, and on top


def test_two_votes_that_differ_lead_to_the_third() -> None:
    """At 0.5 a third vote by annotators who are right in 19 of 20 cases makes 0.95, whatever its label."""
    good = np.array([[0.95, 0.05], [0.05, 0.95]])
    for price in (None, 5.0):
        rule = StoppingRule(min_votes=2, max_votes=3, review_price=price)
        assert (
            steps([[0.5, 0.5]], [2], rule, crowd(good), Tempering(noise=1.1, excess=0.05)).action[0]
            == Action.MORE
        )


def test_a_third_vote_is_bought_where_only_some_annotators_can_settle_it() -> None:
    rule = StoppingRule(min_votes=2, max_votes=3, review_price=5.0)
    assert steps([[0.5, 0.5]], [2], rule, crowd(COIN)).action[0] == Action.REVIEW
    assert steps([[0.5, 0.5]], [2], rule, crowd(COIN, COIN, COIN, EXPERT)).action[0] == Action.MORE


def test_a_vote_is_bought_while_it_costs_less_than_the_reviews_it_saves() -> None:
    """One vote of a coin settles 0.75 with probability 0.65, and a second one is not allowed."""
    reach = chance_to_reach(
        standing(np.array([[0.75, 0.25]]), np.array([2], np.int32), np.array([1], np.int32)),
        crowd(COIN),
        0.9,
        2,
    )[0, 0]
    assert reach == pytest.approx(0.75 * 0.8 + 0.25 * 0.2)
    for vote_price, review_price, action in (
        (1.0, 1.01 / reach, Action.MORE),
        (1.0, 0.99 / reach, Action.REVIEW),
        (0.1, 0.99 / reach, Action.MORE),
    ):
        rule = StoppingRule(max_votes=3, vote_price=vote_price, review_price=review_price)
        assert steps([[0.75, 0.25]], [2], rule, crowd(COIN)).action[0] == action


def test_votes_are_counted_until_they_reach_the_level_or_the_plan_ends() -> None:
    """Two votes that reach 0.4 and 0.7: a plan of two costs 1 + 0.6 votes and saves 0.7 reviews."""
    reach = np.array([[0.4, 0.7]])
    for price, worth in ((2.2, False), (2.3, True)):
        rule = StoppingRule(review_price=price)
        assert rule.worth_votes(reach, np.zeros(1)).tolist() == [worth]
    assert not StoppingRule(review_price=2.3).worth_votes(reach[:, :1], np.zeros(1))[0]


def test_noise_is_futile() -> None:
    noise = np.full((2, 2), 0.5)
    assert steps([[0.6, 0.4]], [2], StoppingRule(), crowd(noise)).action[0] == Action.FUTILE
    assert steps([[0.6, 0.4]], [2], StoppingRule(review_price=99), crowd(noise)).action[0] == Action.REVIEW


def test_while_nothing_is_known_of_annotators_votes_are_bought_as_long_as_they_last() -> None:
    for price, last in ((None, Action.FUTILE), (5.0, Action.REVIEW)):
        rule = StoppingRule(max_votes=4, review_price=price)
        found = steps([[0.5, 0.5], [0.5, 0.5], [0.95, 0.05]], [3, 4, 2], rule, None)
        assert found.action.tolist() == [Action.MORE, last, Action.ACCEPT]


def test_without_a_threshold_or_a_goal_all_votes_are_bought() -> None:
    rule = StoppingRule(threshold=None, max_votes=4)
    found = steps([[1.0, 0.0], [0.9, 0.1]], [3, 4], rule, crowd(COIN))
    assert found.action.tolist() == [Action.MORE, Action.FUTILE]
    assert np.isnan(found.reach).all()


def test_without_a_threshold_votes_are_bought_up_to_the_goal() -> None:
    rule = StoppingRule(threshold=None, goal=0.9, max_votes=4, review_price=5.0)
    found = steps([[0.95, 0.05], [0.7, 0.3], [0.7, 0.3]], [2, 2, 4], rule, crowd(COIN))
    assert found.action.tolist() == [Action.FUTILE, Action.MORE, Action.REVIEW]


def test_one_task_alone_is_decided_as_among_others() -> None:
    rng = np.random.default_rng(3)
    q, votes = rng.dirichlet(np.ones(6), 300), rng.integers(0, 8, 300).tolist()
    offered = crowd(np.full((6, 6), 0.06) + 0.64 * np.eye(6), np.full((6, 6), 0.02) + 0.88 * np.eye(6))
    for price in (None, 8.0):
        rule = StoppingRule(threshold=0.85, max_votes=7, review_price=price)
        together = steps(q, votes, rule, offered, Tempering())
        for row in range(0, 300, 7):
            alone = steps(q[row : row + 1], votes[row : row + 1], rule, offered, Tempering())
            assert alone.action[0] == together.action[row]
            assert alone.reach[0] == pytest.approx(together.reach[row], nan_ok=True)


def test_a_probability_keeps_its_mean_under_further_votes() -> None:
    rng = np.random.default_rng(2)
    q = rng.dirichlet([1, 1, 1, 1], 50)
    confusion = rng.dirichlet([1, 1, 1, 1], 4) + 2 * np.eye(4)
    confusion /= confusion.sum(axis=1, keepdims=True)
    tasks = standing(q, np.full(50, 2, np.int32), np.full(50, 6, np.int32))
    outlook = Outlook.of(tasks, q.argmax(axis=1).astype(np.int32), confusion)
    agreeing = outlook.probability * outlook.agree + (1 - outlook.probability) * outlook.mistake
    after = outlook.after(1)
    mean = (1 - agreeing) * after[:, 0] + agreeing * after[:, 1]
    np.testing.assert_allclose(mean, outlook.probability)


def test_annotators_are_in_quarters_by_skill() -> None:
    """Eight annotators with five votes each: two are always right, two always wrong, four in between."""
    annotator = np.repeat(np.arange(8), 5).astype(np.int32)
    label = np.where(annotator < 2, 1, np.where(annotator < 6, np.arange(40) % 2, 0)).astype(np.int32)
    votes = VoteArrays(
        task=np.tile(np.arange(5), 8).astype(np.int32),
        annotator=annotator,
        label=label,
        tasks=5,
        annotators=8,
        classes=2,
    )
    skill = np.array([0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1])
    found = crowd_of(votes, np.tile([0.0, 1.0], (5, 1)), skill)
    assert found is not None
    np.testing.assert_allclose(found.share, [0.25, 0.5, 0.25])
    np.testing.assert_allclose(found.confusion.sum(axis=2), 1)
    assert (np.diff(found.confusion[:, 1, 1]) > 0.2).all()  # from the least skilled
    assert crowd_of(votes.select(np.zeros(40, np.bool_)), np.full((5, 2), 0.5), skill) is None


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="a row of probabilities for each task"):
        steps([[0.6, 0.4]], [1, 2], StoppingRule(), crowd(COIN))
    with pytest.raises(ValueError, match="the same classes"):
        steps([[0.6, 0.4]], [2], StoppingRule(), crowd(np.eye(3)))
    with pytest.raises(ValueError, match="min_votes"):
        StoppingRule(min_votes=4, max_votes=3)
    with pytest.raises(ValueError, match="threshold"):
        StoppingRule(threshold=0)
    with pytest.raises(ValueError, match="futile_below"):
        StoppingRule(futile_below=1)
    for prices in ({"review_price": 0.0}, {"vote_price": 0.0}):
        with pytest.raises(ValueError, match="price"):
            StoppingRule(**prices)
