"""Calibrated confidence: the default without gold, and the effect of gold."""

import numpy as np
import pytest

from shoal_qa.domain.calibration.overconfidence import default_tempering, evidence_growth
from shoal_qa.domain.calibration.reliability import reliability
from shoal_qa.domain.calibration.tempering import Tempering, fit_tempering
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.models.priors import Dirichlet
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise
from unit.qa.crowds import arrays, honest
from unit.qa.real_crowds import SETS, real_crowd


def claims(temperature: float, tasks: int, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Return log posteriors that are calibrated at a temperature, (tasks, 3), and truths drawn from them."""
    logits = log_normalise(rng.normal(0, 3, (tasks, 3)) * temperature)
    draw = rng.random((tasks, 1)) > np.exp(log_normalise(logits / temperature)).cumsum(axis=1)
    return logits, np.minimum(draw.sum(axis=1), 2).astype(np.int32)


def confidence(crowd_votes: VoteArrays, seed: int = 0) -> tuple[Floats, Floats, Tempering]:
    """Return raw and default probabilities of a Dawid-Skene fit without gold, and the default calibration."""
    model = DawidSkene()
    fitted = model.fit(crowd_votes)
    raw = fitted.log_posterior(crowd_votes)
    default = default_tempering(model, fitted, crowd_votes, np.random.default_rng(seed))
    return np.exp(raw), default.apply(raw, crowd_votes.votes_per_task()), default


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("hard", [0.2, 0.5])
def test_the_default_is_honest_where_hard_tasks_fool_everybody(classes: int, hard: float) -> None:
    crowd = honest(3, tasks=1000, classes=classes, hard=hard)
    raw, calibrated, _ = confidence(crowd.votes)
    right = calibrated.argmax(axis=1) == crowd.truth
    noise = 2 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
    assert raw.max(axis=1).mean() > right.mean() + noise  # the raw one is overconfident
    assert calibrated.max(axis=1).mean() <= right.mean() + noise
    assert calibrated.max(axis=1).mean() > right.mean() - 0.15  # and the default is not useless


@pytest.mark.parametrize("name", SETS)
def test_the_default_is_nearer_the_truth_than_raw_claims_on_real_crowds(name: str) -> None:
    votes, truth = real_crowd(name)
    raw, calibrated, _ = confidence(votes)
    gold = truth != UNKNOWN
    right = (raw.argmax(axis=1) == truth)[gold]
    before, after = raw.max(axis=1)[gold].mean(), calibrated.max(axis=1)[gold].mean()
    assert before > right.mean() + 0.05
    assert after <= right.mean() + 0.06  # shared errors do not show in votes: 0.043 at most here
    assert after < before


def test_fits_of_few_votes_are_believed_less() -> None:
    model = DawidSkene(prior=Dirichlet())
    noise = []
    for tasks in (100, 500, 5000):
        votes = honest(5, tasks=tasks, classes=2, hard=0).votes
        noise.append(default_tempering(model, model.fit(votes), votes, np.random.default_rng(0)).noise)
    assert noise[0] > noise[1] > noise[2]
    assert noise[2] < 1.2


def test_each_half_is_told_its_own_gold() -> None:
    crowd = honest(8, tasks=90)
    gold = np.where(np.arange(90) < 40, crowd.truth, UNKNOWN).astype(np.int32)
    told: list[Ints] = []

    class Spy(DawidSkene):
        def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
            assert gold is not None
            assert len(gold) == votes.tasks
            told.append(gold)
            return super().fit(votes, gold, start)

    model = Spy()
    default_tempering(model, model.fit(crowd.votes, gold), crowd.votes, np.random.default_rng(0), gold=gold)
    assert len(told) == 1 + 2 * 5
    for first, second in zip(told[1::2], told[2::2], strict=True):
        assert sorted(np.concatenate([first, second])) == sorted(gold)


def test_models_are_told_apart_by_how_their_claims_grow() -> None:
    crowd = honest(6, tasks=500, per_task=8)
    rng = np.random.default_rng(0)
    assert evidence_growth(DawidSkene().fit(crowd.votes), crowd.votes, rng) > 0.9
    assert evidence_growth(Majority().fit(crowd.votes), crowd.votes, rng) < 0.5


def test_vote_shares_are_left_alone() -> None:
    crowd = honest(7, tasks=500, per_task=8)
    model = Majority()
    fitted = model.fit(crowd.votes)
    default = default_tempering(model, fitted, crowd.votes, np.random.default_rng(0))
    assert default.temperatures(np.array([1, 8])) == pytest.approx([1, 1])


def test_crowds_too_small_to_judge() -> None:
    for task, annotator in (([], []), ([0], [0]), ([0, 1], [0, 0])):
        columns = (np.array(column, np.int32) for column in (task, annotator, [0] * len(task)))
        votes = arrays(columns, 3, 1, 2)
        model = DawidSkene()
        default = default_tempering(model, model.fit(votes), votes, np.random.default_rng(0))
        assert default.noise >= 1
        assert default.excess == 0.5


def test_evidence_grows_with_votes_but_less_than_claimed() -> None:
    temperature = Tempering().temperatures(np.arange(1, 50))
    assert temperature[0] == 1
    assert (np.diff(temperature) > 0).all()
    assert (np.diff(np.arange(1, 50) / temperature) > 0).all()  # one more vote never counts for nothing
    assert Tempering().temperatures(np.array([0]))[0] == 1


@pytest.mark.parametrize("temperature", [0.7, 1.0, 3.0])
def test_plenty_of_gold_finds_the_temperature(temperature: float) -> None:
    rng = np.random.default_rng(1)
    logits, truth = claims(temperature, 4000, rng)
    counts = np.full(4000, 5)
    fitted = fit_tempering(Tempering(), logits, counts, truth)
    assert fitted.temperatures(counts[:1])[0] == pytest.approx(temperature, rel=0.12)
    assert fitted.tilt == 0
    assert fitted.gold == 4000
    assert reliability(*_judged(fitted.apply(logits, counts), truth)).error < 0.03


def test_plenty_of_gold_finds_how_claims_grow_with_votes() -> None:
    rng = np.random.default_rng(2)
    few, many = claims(1.0, 3000, rng), claims(6.0, 3000, rng)
    counts = np.repeat([2, 20], 3000)
    fitted = fit_tempering(
        Tempering(), np.concatenate([few[0], many[0]]), counts, np.concatenate([few[1], many[1]])
    )
    assert fitted.temperatures(np.array([2, 20])) == pytest.approx([1.0, 6.0], rel=0.15)


def test_little_gold_moves_little() -> None:
    rng = np.random.default_rng(3)
    default = Tempering(noise=1.2)
    logits, truth = claims(6.0, 2000, rng)
    counts = np.full(2000, 3)
    believed = [
        float(fit_tempering(default, logits[:n], counts[:n], truth[:n]).temperatures(counts[:1])[0])
        for n in (0, 5, 100, 2000)
    ]
    assert believed[0] == default.temperatures(counts[:1])[0]
    assert abs(np.log(believed[1] / believed[0])) < abs(np.log(believed[2] / believed[0]))
    assert believed[3] == pytest.approx(6, rel=0.15)


def _judged(probability: Floats, truth: np.ndarray) -> tuple[Floats, np.ndarray]:
    return probability.max(axis=1), probability.argmax(axis=1) == truth
