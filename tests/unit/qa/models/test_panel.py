"""The panel: several pooled models of votes, and their evidence on held-out gold."""

import numpy as np
import pytest

from shoal_qa.domain.models import AUTO, MEMBERS
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.models.one_coin import OneCoin
from shoal_qa.domain.models.panel import Panel
from shoal_qa.domain.models.pool import FittedPool, agreement_weights, stacking_weights
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays
from unit.qa.crowds import Crowd, YesNo, honest, yes_no


def accuracy(posterior: np.ndarray, truth: np.ndarray) -> float:
    return float((posterior.argmax(axis=1) == truth).mean())


def known_of(truth: np.ndarray, gold: int) -> np.ndarray:
    answers = np.full(len(truth), UNKNOWN, np.int32)
    answers[:gold] = truth[:gold]
    return answers


@pytest.mark.parametrize("seed", range(4))
def test_the_panel_is_not_below_majority_vote(seed: int) -> None:
    crowd = honest(20 + seed, tasks=500, per_task=3 + 2 * (seed % 2), classes=2 + seed)
    floor = accuracy(crowd.votes.shares(), crowd.truth)
    assert accuracy(AUTO.fit(crowd.votes).posterior(crowd.votes), crowd.truth) >= floor - 0.01


def gain(kind: YesNo) -> float:
    """Return the mean advantage of the panel over majority vote on five crowds.

    A tie of majority vote counts as half right.
    """
    return float(np.mean([_gain(yes_no(kind, seed)) for seed in range(5)]))


def _gain(crowd: Crowd) -> float:
    shares, tasks = crowd.votes.shares(), np.arange(len(crowd.truth))
    best = shares == shares.max(axis=1, keepdims=True)
    floor = float((best[tasks, crowd.truth] / best.sum(axis=1)).mean())
    return accuracy(AUTO.fit(crowd.votes).posterior(crowd.votes), crowd.truth) - floor


FEW_VOTES = {
    "annotators are alike": YesNo(annotators=150),
    "alike and weak": YesNo(annotators=36, skill=0.85, busy=1.2, yes=0.25, easier=0.4, tasks=300),
    "alike, five votes": YesNo(per_task=5, skill=1.75, habit=0.4, annotators=500),
    "habits": YesNo(annotators=250, tasks=1000, skill=1.1, differ=0.2, habit=0.8),
    "two votes": YesNo(per_task=2, differ=0.6, annotators=100),
    "most are true": YesNo(yes=0.9, annotators=100),
    "most are true, denials are hard": YesNo(yes=0.9, skill=1.1, easier=0.8, per_task=5, annotators=600),
    "denials are hard, few annotators are busy": YesNo(
        yes=0.7, skill=1.7, easier=1.2, annotators=220, busy=1.2
    ),
    "denials are hard, habits": YesNo(
        yes=0.7, skill=2.2, easier=1.2, habit=0.8, annotators=360, differ=0.6, busy=0.7
    ),
    "denials are hard, skills differ": YesNo(
        per_task=5, annotators=375, yes=0.7, skill=1.4, easier=0.8, differ=0.5
    ),
}


@pytest.mark.parametrize("kind", FEW_VOTES.values(), ids=FEW_VOTES.keys())
def test_without_gold_few_votes_on_facts_do_not_fall_below_majority_vote(kind: YesNo) -> None:
    assert gain(kind) >= -0.01


def test_without_gold_annotators_who_differ_are_told_apart() -> None:
    assert gain(YesNo(annotators=100, differ=1.2)) >= 0.025


def test_without_gold_who_agrees_with_the_others_weighs_more() -> None:
    rng = np.random.default_rng(6)
    truth = rng.integers(3, size=3000)
    posteriors = []
    for right in (0.9, 0.9, 0.9, 0.75):
        label = np.where(rng.random(3000) < right, truth, rng.integers(3, size=3000))
        posteriors.append(np.eye(3)[label])
    weights = agreement_weights(posteriors)
    assert weights.sum() == pytest.approx(1)
    assert weights[3] < 0.3 * weights[:3].min()
    np.testing.assert_allclose(weights[:3], weights[:3].mean(), rtol=0.3)
    np.testing.assert_allclose(agreement_weights(posteriors[:2]), 0.5)


def test_with_gold_who_is_right_weighs_more() -> None:
    crowd = honest(8, tasks=600)
    assert AUTO.study(crowd.votes).heldout is None
    members = (OneCoin(), _Stubborn())
    told = Panel(members=members).study(crowd.votes, known_of(crowd.truth, 60))
    assert told.fitted.weights[0] > 0.85


class _Stubborn(Majority):
    """A model that reads votes upside down."""

    def __init__(self) -> None:
        super().__init__(name="stubborn")

    def fit(self, votes, gold=None, start=None):  # type: ignore[no-untyped-def]
        flipped = VoteArrays(
            task=votes.task,
            annotator=votes.annotator,
            label=((votes.label + 1) % votes.classes).astype(np.int32),
            tasks=votes.tasks,
            annotators=votes.annotators,
            classes=votes.classes,
        )
        return _Flipped(super().fit(flipped), votes.classes)


class _Flipped:
    name, annotators = "stubborn", 20

    def __init__(self, fitted, classes: int) -> None:  # type: ignore[no-untyped-def]
        self.fitted, self.rows = fitted, np.roll(np.eye(classes), 1, axis=1)[None]
        self.read, self.skill, self.to_arrays = fitted.read, fitted.skill, fitted.to_arrays

    def log_posterior(self, votes: VoteArrays) -> np.ndarray:
        return self.read(np.roll(votes.shares() * votes.votes_per_task()[:, None], 1, axis=1))

    def posterior(self, votes: VoteArrays) -> np.ndarray:
        return np.exp(self.log_posterior(votes))


def test_a_held_out_answer_was_not_seen_by_what_is_said_of_it() -> None:
    crowd = honest(9, tasks=200)
    gold = known_of(crowd.truth, 40)
    before = AUTO.study(crowd.votes, gold).heldout
    lied = gold.copy()
    lied[7] = (gold[7] + 1) % crowd.classes
    after = AUTO.study(crowd.votes, lied).heldout
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before.task, np.arange(40))
    np.testing.assert_allclose(after.members[:, 7], before.members[:, 7], atol=1e-12)
    assert np.abs(after.members - before.members).max() > 1e-6  # other folds used the changed answer


def test_stacked_weights_are_the_best_there_are() -> None:
    rng = np.random.default_rng(4)
    right = np.stack([rng.beta(5, 1, 80), rng.beta(2, 2, 80)])

    def gain(w: float) -> float:
        mixed = w * right[0] + (1 - w) * right[1]
        return float(np.log(mixed).sum() + 5 * np.log(w) + 5 * np.log(1 - w))

    grid = np.linspace(0.01, 0.99, 981)
    best = grid[np.argmax([gain(w) for w in grid])]
    assert stacking_weights(right, np.full(2, 0.5))[0] == pytest.approx(best, abs=0.002)


def test_a_sample_of_a_large_set_teaches_nearly_the_same() -> None:
    crowd = honest(10, tasks=4000, annotators=40)
    whole = Panel(members=MEMBERS, floor=(Majority(),)).study(crowd.votes, known_of(crowd.truth, 50))
    part = Panel(members=MEMBERS, floor=(Majority(),), sample=4000).study(
        crowd.votes, known_of(crowd.truth, 50)
    )
    assert whole.heldout is not None
    assert part.heldout is not None
    np.testing.assert_array_equal(part.heldout.task, whole.heldout.task)
    np.testing.assert_array_equal(part.heldout.truth, whole.heldout.truth)
    same = part.fitted.posterior(crowd.votes).argmax(1) == whole.fitted.posterior(crowd.votes).argmax(1)
    assert same.mean() > 0.98


def test_a_warm_start_of_the_panel_ends_where_it_was() -> None:
    crowd = honest(11, tasks=400)
    cold = AUTO.fit(crowd.votes)
    warm = AUTO.fit(crowd.votes, start=cold)
    assert isinstance(warm, FittedPool)
    assert np.abs(warm.posterior(crowd.votes) - cold.posterior(crowd.votes)).mean() < 1e-3
