"""Findings about annotators: bounds against slow exact ones, signals on honest and dishonest crowds."""

from collections.abc import Callable
from dataclasses import replace
from math import comb, exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from shoal_qa.domain.annotators.changes import find_changes
from shoal_qa.domain.annotators.copying import find_copying
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.signals import haste_p_values, spam_p_values, straight_lining_p_values
from shoal_qa.domain.annotators.skill import overall_skill, skill_by_class
from shoal_qa.domain.annotators.trust import Evidence, Signal, TrustRule, next_alarms, next_state
from shoal_qa.domain.projects.peers import PEERS_MODEL
from shoal_qa.domain.statistics.p_values import adjust_by_holm, log_tail
from unit.qa.crowds import Crowd, honest

LEVEL = 0.05
Test = Callable[[Peers], np.ndarray]


def change(peers: Peers) -> np.ndarray:
    return find_changes(peers.votes.annotator, peers.right(), peers.votes.annotators).adjusted


def copying(peers: Peers) -> np.ndarray:
    return find_copying(peers).by_annotator(peers.votes.annotators)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(0, 12))
def test_the_tail_is_never_below_the_exact_one(chances: list[float], count: int) -> None:
    exact = np.ones(1)
    for p in chances:
        exact = np.convolve(exact, [1 - p, p])
    bound = log_tail(np.array([float(count)]), np.array([len(chances)]), np.array([sum(chances)]))[0]
    assert exp(bound) >= exact[count:].sum() - 1e-9 or count > len(chances)


def test_the_tail_is_not_far_above_a_binomial_one() -> None:
    exact = sum(comb(50, k) * 0.3**k * 0.7 ** (50 - k) for k in range(30, 51))
    assert exact < exp(log_tail(np.array([30.0]), np.array([50]), np.array([15.0]))[0]) < 20 * exact


def test_holm_by_hand() -> None:
    assert adjust_by_holm(np.log([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])


def test_peers_are_everybody_else() -> None:
    """Taking a vote's own likelihood back is computing the posterior without the vote."""
    crowd = honest(0, tasks=40)
    peers = crowd.peers(gold=10)
    fitted = PEERS_MODEL.fit(crowd.votes, peers.gold)
    rest = np.concatenate([each for _, each in peers.parts()])
    for vote in range(0, len(crowd.votes), 7):
        if peers.gold[crowd.task[vote]] >= 0:
            assert rest[vote, crowd.truth[crowd.task[vote]]] == 1
            continue
        others = crowd.votes.select(np.arange(len(crowd.votes)) != vote)
        assert rest[vote] == pytest.approx(np.exp(fitted.log_posterior(others)[crowd.task[vote]]))


def test_skill_is_near_what_it_was() -> None:
    crowd = honest(1, tasks=800, hard=0)
    right = crowd.label == crowd.truth[crowd.task]
    true = np.bincount(crowd.annotator, right) / np.bincount(crowd.annotator)
    found = overall_skill(crowd.peers(gold=100))
    assert np.abs(found.rate - true).max() < 0.08
    assert ((found.low <= true) & (true <= found.high)).all()


def test_skill_by_class_sees_who_does_not_know_one_class() -> None:
    crowd = honest(2, tasks=900, hard=0)
    blind = (crowd.annotator == 0) & (crowd.truth[crowd.task] == 2)
    found = skill_by_class(replace(crowd, label=np.where(blind, 1, crowd.label)).peers())
    assert found.high[0, 2] < 0.3 < found.low[0, 0]
    assert (found.high[1:, 2] > 0.5).all()


def test_skill_on_gold_alone_has_jeffreys_interval() -> None:
    crowd = honest(3, tasks=100, hard=0)
    by_gold = overall_skill(crowd.peers(gold=100))
    right = np.bincount(crowd.annotator, crowd.label == crowd.truth[crowd.task])
    wrong = np.bincount(crowd.annotator) - right
    for bound, share in ((by_gold.low, 0.025), (by_gold.high, 0.975)):
        assert bound == pytest.approx(beta.ppf(share, right + 0.5, wrong + 0.5), abs=1e-9)
    assert by_gold.answers == pytest.approx(right + wrong)


def test_many_annotators_have_the_variances_of_the_inverted_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    peers = honest(4, tasks=400, annotators=40).peers()
    inverted = overall_skill(peers)
    monkeypatch.setattr("shoal_qa.domain.annotators.skill.MOST_INVERTED", 0)
    expanded = overall_skill(peers)
    width, other = inverted.high - inverted.low, expanded.high - expanded.low
    assert other == pytest.approx(width, rel=0.02)


def test_votes_about_a_class_tell_its_skill_as_gold_does() -> None:
    """With all answers known, the skill on a class is a rate over the tasks of that class."""
    crowd = honest(6, tasks=200, hard=0)
    by_class = skill_by_class(crowd.peers(gold=200))
    for k in range(crowd.classes):
        of_class = crowd.truth[crowd.task] == k
        right = np.bincount(crowd.annotator[of_class], (crowd.label == k)[of_class], crowd.annotators)
        total = np.bincount(crowd.annotator[of_class], minlength=crowd.annotators)
        assert by_class.rate[:, k] == pytest.approx((right + 0.5) / (total + 1), abs=1e-4)


CROWDS = [{}, {"per_task": 3}, {"classes": 2}, {"hard": 0.5, "tasks": 400, "annotators": 10}, {"classes": 8}]


@pytest.mark.parametrize("signal", [spam_p_values, straight_lining_p_values, copying, change])
def test_honest_crowds_raise_no_alarm(signal: Test) -> None:
    """The promise is one crowd in twenty with an alarm; bounds that hold for certain are rarer still."""
    crowds = [honest(seed, **kind) for kind in CROWDS for seed in range(10)]  # type: ignore[arg-type]
    alarms = [bool((signal(crowd.peers()) < LEVEL).any()) for crowd in crowds]
    assert np.mean(alarms) <= LEVEL


def bent(bend: Callable[[Crowd, np.random.Generator], np.ndarray], seed: int) -> Peers:
    crowd = honest(seed, tasks=1200)
    return replace(crowd, label=bend(crowd, np.random.default_rng(seed))).peers()


def guess(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    return np.where(crowd.annotator == 0, rng.integers(crowd.classes, size=len(crowd.label)), crowd.label)


def always_one(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    return np.where(crowd.annotator == 0, 1, crowd.label)


def repeat_itself(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    """Answer every eighth task and give the same answer to the seven that follow, from the middle on."""
    label, own = crowd.label.copy(), np.flatnonzero(crowd.annotator == 0)
    at = np.arange(len(own))
    label[own] = np.where(at > len(own) // 2, label[own[at - at % 8]], label[own])
    return label


def copy_from_one(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    """Annotator 0 gives the answers of annotator 1 wherever both were asked."""
    said = np.full(len(crowd.truth), -1)
    said[crowd.task[crowd.annotator == 1]] = crowd.label[crowd.annotator == 1]
    return np.where((crowd.annotator == 0) & (said[crowd.task] >= 0), said[crowd.task], crowd.label)


def tire(crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    own = np.flatnonzero(crowd.annotator == 0)
    label = crowd.label.copy()
    label[own[len(own) // 2 :]] = rng.integers(crowd.classes, size=len(own) - len(own) // 2)
    return label


@pytest.mark.parametrize(
    ("bend", "signal", "who"),
    [
        (guess, spam_p_values, {0}),
        (always_one, spam_p_values, {0}),
        (always_one, straight_lining_p_values, {0}),
        (repeat_itself, straight_lining_p_values, {0}),
        (copy_from_one, copying, {0, 1}),
        (tire, change, {0}),
    ],
)
def test_a_bent_crowd_raises_the_alarm_and_only_about_those_who_bend(
    bend: Callable[[Crowd, np.random.Generator], np.ndarray], signal: Test, who: set[int]
) -> None:
    found = [set(np.flatnonzero(signal(bent(bend, seed)) < LEVEL).tolist()) for seed in range(5)]
    assert all(each <= who for each in found)
    assert sum(each == who for each in found) >= 4


def test_the_pair_and_its_tasks_are_counted_as_a_plain_loop_counts_them() -> None:
    crowd = honest(5, tasks=60, annotators=6)
    pairs = find_copying(crowd.peers())
    for a, b, tasks, agreed in zip(pairs.one, pairs.other, pairs.tasks, pairs.agreed, strict=True):
        mine, theirs = (
            dict(zip(crowd.task[crowd.annotator == x], crowd.label[crowd.annotator == x], strict=True))
            for x in (a, b)
        )
        both = mine.keys() & theirs.keys()
        assert (tasks, agreed) == (len(both), sum(mine[t] == theirs[t] for t in both))


@pytest.mark.parametrize("rate", [0.6, 0.9])
@pytest.mark.parametrize("answers", [40, 300])
def test_changes_are_found_no_more_often_than_promised(rate: float, answers: int) -> None:
    """One annotator in each family, so that p-values are not adjusted: about five alarms in a hundred."""
    rng = np.random.default_rng(0)
    who = np.zeros(answers, np.int32)
    found = [
        find_changes(who, (rng.random(answers) < rate).astype(float), 1).adjusted[0] for _ in range(1000)
    ]
    assert 0.01 < np.mean(np.array(found) < LEVEL) < 0.065


def test_a_change_is_placed_where_it_was() -> None:
    rng = np.random.default_rng(1)
    right = np.concatenate([rng.random(120) < 0.95, rng.random(80) < 0.5]).astype(float)
    found = find_changes(np.zeros(200, np.int32), right, 1)
    assert abs(found.after[0] - 120) <= 10
    assert found.before_rate[0] > 0.9
    assert found.after_rate[0] < 0.6
    by_hand = [_ratio(right, t) for t in range(10, 191)]
    assert found.after[0] == 10 + int(np.argmax(by_hand))


def _ratio(right: np.ndarray, t: int) -> float:
    def likelihood(part: np.ndarray) -> float:
        p = np.clip(part.mean(), 1e-12, 1 - 1e-12)
        return float(part.sum() * np.log(p) + (1 - part).sum() * np.log(1 - p))

    return likelihood(right[:t]) + likelihood(right[t:]) - likelihood(right)


@pytest.mark.parametrize("annotators", [8, 20, 100])
def test_haste_is_rare_among_people_of_different_pace(annotators: int) -> None:
    alarms, found = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        who = np.repeat(np.arange(annotators), 40).astype(np.int32)
        seconds = np.exp(rng.normal(1.5, 0.4, annotators)[who] + rng.normal(0, 0.8, len(who)))
        alarms.append((haste_p_values(who, seconds, annotators) < LEVEL).any())
        found.append(haste_p_values(who, np.where(who == 0, 0.2, seconds), annotators)[0] < LEVEL)
    assert np.mean(alarms) <= LEVEL
    assert np.mean(found) > 0.9


def test_haste_needs_times() -> None:
    who, seconds = np.repeat(np.arange(9), 20).astype(np.int32), np.full(180, np.nan)
    assert (haste_p_values(who, seconds, 9) == 1).all()
    with pytest.raises(ValueError, match="above 0"):
        haste_p_values(who, np.zeros(180), 9)


@pytest.mark.parametrize("votes", [(0, 5), (1, 1)])
def test_too_little_to_say_anything_raises_nothing(votes: tuple[int, int]) -> None:
    tasks, per_task = votes
    crowd = honest(0, tasks=max(tasks, 1), annotators=5, per_task=per_task)
    if not tasks:
        none = np.empty(0, np.int64)
        crowd = replace(crowd, task=none, annotator=none, label=none)
    peers = crowd.peers()
    for signal in (spam_p_values, straight_lining_p_values, copying, change):
        assert (signal(peers) >= LEVEL).all()
    assert (overall_skill(peers).low == 0).all()


RULE = TrustRule()
GOOD = Evidence(votes=100, skill=0.9, low=0.85, high=0.95, gold_right=20, gold_answered=20)


def test_an_alarm_means_probation_and_never_a_block() -> None:
    for state in ("new", "trusted", "probation"):
        assert next_state(state, replace(GOOD, alarms=frozenset({"copying"})), RULE) == "probation"
    assert next_state("probation", GOOD, RULE) == "trusted"
    bad = replace(GOOD, gold_right=0)
    assert next_state("trusted", replace(bad, alarms=frozenset({"spam"})), RULE) == "blocked"


def test_an_alarm_is_cleared_later_than_it_is_raised() -> None:
    alarms: frozenset[Signal] = frozenset()
    course = [(0.06, False), (0.04, True), (0.1, True), (0.2, True), (0.21, False), (0.1, False)]
    for p, expected in course:
        alarms = next_alarms(alarms, {"spam": p}, RULE)
        assert ("spam" in alarms) is expected
    assert next_alarms(frozenset({"haste"}), {"spam": 0.5}, RULE) == {"haste"}
