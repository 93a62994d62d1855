"""Certificates: exact tails, simulated scores of every shape, real crowds, cross-fitted gold."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from shoal_qa.domain.certificates.certificate import Certificate, certify
from shoal_qa.domain.models.base import Model
from shoal_qa.domain.models.crossfit import fold_numbers, thin_gold
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.statistics.intervals import binomial_tail, hypergeometric_tail
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from unit.qa.crowds import arrays, honest
from unit.qa.real_crowds import SETS, draw_gold, real_crowd

SHAPES: dict[str, Callable[[Floats], Floats]] = {
    "rising": lambda s: 0.75 + 0.25 * np.sqrt(s),
    "steep": lambda s: 1 / (1 + np.exp(-8 * (s - 0.35))),
    "flat, just short": lambda s: np.full(len(s), 0.895),
    "surest are wrong": lambda s: np.where(s > 0.97, 0.5, np.where(s > 0.3, 0.995, 0.6)),
    "up and down": lambda s: 0.9 + 0.1 * np.sin(40 * s),
    "in three lumps": lambda s: np.choose((s * 3).astype(int) % 3, [0.7, 0.88, 0.97]),
}


def drawn(shape: str, gold: int, others: int, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Return scores and right answers of gold + others tasks, gold first."""
    score = rng.random(gold + others)
    right = rng.random(gold + others) < SHAPES[shape](score)
    return (np.floor(score * 3) if shape == "in three lumps" else score), right


def cross_fitted(model: Model, votes: VoteArrays, answers: Ints, rng: np.random.Generator) -> Floats:
    """Return log posteriors of gold tasks by fits without their fold's answers: (gold, classes)."""
    gold = np.flatnonzero(answers != UNKNOWN)
    fold = fold_numbers(len(gold), 4, rng)
    out = np.empty((len(gold), votes.classes))
    for number in range(4):
        rest = answers.copy()
        rest[gold[fold == number]] = UNKNOWN
        out[fold == number] = model.fit(votes, rest).log_posterior(votes)[gold[fold == number]]
    return out


def broken(found: Certificate, score: Floats, right: np.ndarray) -> bool:
    """Return whether labels were accepted and fewer of them than guaranteed are right."""
    if found.threshold is None:
        return False
    return bool(right[score >= found.threshold].mean() < found.target)


def split_clopper_pearson(score: Floats, right: np.ndarray, target: float, confidence: float) -> float | None:
    """Return the threshold that one half of the gold chooses and the other half certifies alone."""
    half = len(score) // 2

    def holds(threshold: float, part: slice) -> bool:
        accepted = right[part][score[part] >= threshold]
        return binomial_tail(int(accepted.sum()), len(accepted), target) <= 1 - confidence

    first, second = slice(0, half), slice(half, None)
    chosen = [t for t in np.unique(score[first]) if holds(t, first)]
    return float(chosen[0]) if chosen and holds(chosen[0], second) else None


def test_tails_are_exact() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        population = int(rng.integers(1, 3000))
        rights, draws = (int(n) for n in rng.integers(0, population + 1, 2))
        k = int(rng.integers(0, draws + 2))
        expected = hypergeom.sf(k - 1, population, rights, draws)
        assert hypergeometric_tail(k, draws, rights, population) == pytest.approx(
            expected, rel=1e-6, abs=1e-12
        )
        p = float(rng.uniform(0.01, 0.99))
        if k <= draws:
            assert binomial_tail(k, draws, p) == pytest.approx(binom.sf(k - 1, draws, p), rel=1e-6, abs=1e-12)


def test_28_right_answers_do_not_certify_nine_tenths_and_29_do() -> None:
    others = np.ones(1000)
    few = certify(np.ones(28), np.ones(28, bool), others, target=0.9, open_ended=True)
    assert few.threshold is None
    assert few.bound is None
    assert few.coverage == 0
    enough = certify(np.ones(29), np.ones(29, bool), others, target=0.9, open_ended=True)
    assert enough.threshold == 1
    assert enough.bound == pytest.approx(0.05 ** (1 / 29))
    assert (enough.coverage, enough.precision, enough.accepted_gold, enough.more_gold) == (1, 1, 29, 0)


def test_a_promise_for_tasks_at_hand_tends_to_the_one_for_tasks_without_end() -> None:
    bounds = [
        certify(np.ones(60), np.ones(60, bool), np.ones(n), target=0.5).bound for n in (60, 600, 600_000)
    ]
    endless = certify(np.ones(60), np.ones(60, bool), np.ones(9), target=0.5, open_ended=True).bound
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(endless, abs=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_promise_holds(shape: str) -> None:
    rng, draws = np.random.default_rng(5), 250
    failures = 0
    for _ in range(draws):
        gold = int(rng.choice([40, 120, 300]))
        score, right = drawn(shape, gold, 700, rng)
        found = certify(score[:gold], right[:gold], score[gold:], target=0.9, confidence=0.9)
        failures += broken(found, score[gold:], right[gold:])
    assert failures <= binom.ppf(0.999, draws, 0.1)


def test_the_promise_can_fail_without_the_budget() -> None:
    """The simulation above would notice: the best-looking threshold breaks its guarantee far too often."""
    rng, failures = np.random.default_rng(6), 0
    for _ in range(200):
        score, right = drawn("flat, just short", 120, 700, rng)
        curve = certify(score[:120], right[:120], score[120:], target=0.9, confidence=0.9).curve
        looks_good = np.flatnonzero(curve.precision >= 0.9)
        if len(looks_good):
            failures += right[120:][score[120:] >= curve.threshold[looks_good[-1]]].mean() < 0.9
    assert failures > binom.ppf(0.999, 200, 0.1)


def test_little_gold_is_wasted() -> None:
    rng = np.random.default_rng(7)
    ours, theirs = [], []
    for shape in ("rising", "steep", "surest are wrong"):
        for _ in range(30):
            score, right = drawn(shape, 200, 1500, rng)
            ours.append(certify(score[:200], right[:200], score[200:], target=0.9).coverage)
            threshold = split_clopper_pearson(score[:200], right[:200], 0.9, 0.95)
            theirs.append(0.0 if threshold is None else (score[200:] >= threshold).mean())
    assert np.mean(ours) > 1.2 * np.mean(theirs)


def test_equal_scores_share_their_fate() -> None:
    rng = np.random.default_rng(8)
    score = rng.integers(0, 4, 1200).astype(float)
    right = rng.random(1200) < np.array([0.5, 0.8, 0.99, 1.0])[score.astype(int)]
    found = certify(score[:200], right[:200], score[200:], target=0.9)
    assert found.threshold == 2
    assert found.coverage == (score[200:] >= 2).mean()
    assert found.accepted_gold == (score[:200] >= 2).sum()
    assert set(found.curve.threshold) <= set(score)
    assert (np.diff(found.curve.coverage) > 0).all()


def test_only_the_order_of_scores_counts() -> None:
    rng = np.random.default_rng(9)
    score, right = drawn("rising", 150, 800, rng)
    one = certify(score[:150], right[:150], score[150:], target=0.85)
    other = certify(np.exp(5 * score[:150]), right[:150], np.exp(5 * score[150:]), target=0.85)
    assert one.threshold is not None
    assert other.threshold == pytest.approx(np.exp(5 * one.threshold))
    assert (one.coverage, one.bound, one.accepted_gold) == (other.coverage, other.bound, other.accepted_gold)


def test_as_much_more_gold_as_asked_for_often_does() -> None:
    rng, certified = np.random.default_rng(10), []
    for _ in range(60):
        score, right = drawn("rising", 3000, 3000, rng)
        before = certify(score[:60], right[:60], score[3000:], target=0.93)
        if before.more_gold:
            gold = min(3000, 60 + before.more_gold)
            after = certify(score[:gold], right[:gold], score[3000:], target=0.93)
            certified.append(after.threshold is not None)
    assert len(certified) > 20
    assert 0.3 < np.mean(certified) <= 1


def test_no_gold_would_certify_what_is_wrong() -> None:
    rng = np.random.default_rng(11)
    score = rng.random(900)
    right = rng.random(900) < 0.6
    assert certify(score[:400], right[:400], score[400:], target=0.9).more_gold is None


def test_without_gold_or_tasks_nothing_is_accepted() -> None:
    none = np.zeros(0)
    no_gold = certify(none, np.zeros(0, bool), np.linspace(0, 1, 50), target=0.9)
    assert no_gold.threshold is None
    assert no_gold.more_gold is not None
    assert no_gold.more_gold >= 29
    assert certify(np.ones(50), np.ones(50, bool), none, target=0.9).threshold is None
    assert certify(none, np.zeros(0, bool), none, target=0.9).coverage == 0


@pytest.mark.parametrize(
    ("gold", "right", "target", "message"),
    [
        ([0.5], [True], 1.0, "target must lie between 0 and 1, not 1.0"),
        ([0.5], [], 0.9, "needs one answer per gold score: 1 scores, 0 answers"),
        ([np.nan], [True], 0.9, "scores must be finite"),
    ],
)
def test_bad_input_is_named(gold: list[float], right: list[bool], target: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        certify(np.array(gold), np.array(right, bool), np.ones(3), target=target)


@pytest.mark.parametrize("name", SETS)
def test_the_promise_holds_on_real_crowds(name: str) -> None:
    votes, truth = real_crowd(name)
    posterior = DawidSkene(iterations=30).fit(votes).log_posterior(votes)
    score, right = posterior.max(axis=1), posterior.argmax(axis=1) == truth
    answered = np.flatnonzero(truth != UNKNOWN)
    rng, draws, failures = np.random.default_rng(12), 150, 0
    for _ in range(draws):
        mixed = rng.permutation(answered)
        gold = min(int(rng.choice([50, 100, 200])), len(mixed) // 2)
        sample, rest = mixed[:gold], mixed[gold:]
        failures += broken(
            certify(score[sample], right[sample], score[rest], target=0.9, confidence=0.9),
            score[rest],
            right[rest],
        )
    assert failures <= binom.ppf(0.999, draws, 0.1)


@pytest.mark.parametrize("name", ["rte", "weather_cf"])
def test_cross_fitted_gold_keeps_the_promise_on_real_crowds(name: str) -> None:
    """Gold teaches the fit as well: in-sample scores would look better than those of other tasks."""
    votes, truth = real_crowd(name)
    rng, draws, failures, issued = np.random.default_rng(13), 25, 0, 0
    model = DawidSkene(iterations=15)
    for _ in range(draws):
        answers = draw_gold(truth, 100, rng)
        gold, rest = answers != UNKNOWN, (answers == UNKNOWN) & (truth != UNKNOWN)
        crossed = cross_fitted(model, votes, answers, rng)
        final = model.fit(votes, answers).log_posterior(votes)
        right = final.argmax(axis=1) == truth
        score = final.max(axis=1)
        found = certify(
            crossed.max(axis=1),
            crossed.argmax(axis=1) == truth[gold],
            score[rest],
            target=0.88,
            confidence=0.9,
        )
        issued += found.threshold is not None
        failures += broken(found, score[rest], right[rest])
    assert issued > 0
    assert failures <= binom.ppf(0.999, draws, 0.1)


def test_folds_are_of_sizes_that_differ_by_one_at_most() -> None:
    rng = np.random.default_rng(0)
    assert sorted(fold_numbers(5, 3, rng).tolist()) == [0, 0, 1, 1, 2]
    with pytest.raises(ValueError, match="at least 2 folds"):
        fold_numbers(5, 1, rng)


def test_gold_with_many_votes_is_thinned_to_what_ordinary_tasks_have() -> None:
    rng = np.random.default_rng(0)
    per_task = np.array([20] * 30 + [2, 3, 4] * 40)
    task = np.repeat(np.arange(len(per_task)), per_task)
    annotator = np.concatenate([np.arange(n) for n in per_task])
    votes = arrays((task, annotator, np.zeros_like(task)), len(per_task), 20, 2)
    gold = np.where(np.arange(len(per_task)) < 30, 0, UNKNOWN).astype(np.int32)
    after = thin_gold(votes, gold, rng).votes_per_task()
    assert np.bincount(after[:30]).tolist() == [0, 0, 10, 10, 10]
    assert (after[30:] == per_task[30:]).all()


def test_gold_with_as_many_votes_as_others_is_left_alone() -> None:
    crowd = honest(1, tasks=50)
    gold = np.where(np.arange(50) < 20, crowd.truth, UNKNOWN).astype(np.int32)
    assert len(thin_gold(crowd.votes, gold, np.random.default_rng(0))) == len(crowd.votes)
