"""Models of votes besides Dawid-Skene, and properties of all models."""

import numpy as np
import pytest

from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.base import Additive, Fitted
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.em import ClassShares, label_popularity
from shoal_qa.domain.models.mace import Mace
from shoal_qa.domain.models.one_coin import OneCoin
from shoal_qa.domain.models.priors import Variational
from shoal_qa.domain.models.subtypes import Subtypes
from shoal_qa.domain.models.weighted import WeightedAverage
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays
from unit.qa.crowds import arrays, honest

NAMES = sorted(MODELS)


def accuracy(posterior: np.ndarray, truth: np.ndarray) -> float:
    return float((posterior.argmax(axis=1) == truth).mean())


def shuffled(votes: VoteArrays, seed: int) -> VoteArrays:
    order = np.random.default_rng(seed).permutation(len(votes))
    return VoteArrays(
        task=votes.task[order],
        annotator=votes.annotator[order],
        label=votes.label[order],
        tasks=votes.tasks,
        annotators=votes.annotators,
        classes=votes.classes,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_posterior_is_what_is_read_from_the_sums_of_rows(name: str) -> None:
    votes = honest(1).votes
    fitted = MODELS[name].fit(votes)
    assert isinstance(fitted, Additive)
    rows = fitted.rows
    assert len(rows) in (1, votes.annotators + 1)
    sums = np.zeros((votes.tasks, rows.shape[2]))
    for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
        sums[task] += rows[min(annotator, len(rows) - 1), label]
    np.testing.assert_allclose(np.exp(fitted.read(sums)), np.exp(fitted.log_posterior(votes)), atol=1e-9)
    np.testing.assert_allclose(np.exp(fitted.log_posterior(votes)), fitted.posterior(votes), atol=1e-12)
    np.testing.assert_allclose(fitted.posterior(votes).sum(axis=1), 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_fit_says_the_same_also_of_annotators_not_seen(name: str) -> None:
    votes = honest(2).votes
    fitted = MODELS[name].fit(votes)
    kept = MODELS[name].load(fitted.to_arrays())
    stranger = VoteArrays(
        task=votes.task,
        annotator=np.full_like(votes.annotator, UNKNOWN),
        label=votes.label,
        tasks=votes.tasks,
        annotators=20,
        classes=votes.classes,
    )
    for asked in (votes, stranger):
        np.testing.assert_allclose(kept.posterior(asked), fitted.posterior(asked), atol=1e-4)
    assert kept.annotators == fitted.annotators == votes.annotators
    np.testing.assert_allclose(kept.skill(), fitted.skill(), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_votes_does_not_matter(name: str) -> None:
    votes = honest(3).votes
    one = MODELS[name].fit(votes).posterior(votes)
    again = shuffled(votes, 1)
    np.testing.assert_allclose(MODELS[name].fit(again).posterior(again), one, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_one_class_one_annotator_and_no_votes_are_no_trouble(name: str) -> None:
    zeros = np.zeros(3, np.int32)
    for votes in (
        VoteArrays(
            task=np.arange(3, dtype=np.int32), annotator=zeros, label=zeros, tasks=3, annotators=1, classes=1
        ),
        VoteArrays(
            task=np.arange(3, dtype=np.int32),
            annotator=zeros,
            label=np.array([0, 1, 1], np.int32),
            tasks=4,
            annotators=1,
            classes=2,
        ),
        VoteArrays(task=zeros[:0], annotator=zeros[:0], label=zeros[:0], tasks=2, annotators=0, classes=3),
        VoteArrays(task=zeros[:0], annotator=zeros[:0], label=zeros[:0], tasks=0, annotators=0, classes=3),
    ):
        posterior = MODELS[name].fit(votes).posterior(votes)
        assert np.isfinite(posterior).all()
        np.testing.assert_allclose(posterior.sum(axis=1), 1)


def test_one_coin_is_the_plain_computation() -> None:
    votes = honest(4, tasks=60, annotators=8).votes
    model = OneCoin(iterations=15, tolerance=0)
    posterior, named = votes.shares(), label_popularity(votes)
    for _ in range(15):
        skill, log_prior = _coins(votes, posterior, model), ClassShares().over(votes)(posterior)
        logits = np.tile(log_prior, (votes.tasks, 1))
        for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
            for truth in range(votes.classes):
                wrong = (1 - skill[annotator]) * named[label] / (1 - named[truth])
                logits[task, truth] += np.log(skill[annotator] if label == truth else wrong)
        posterior = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.fit(votes).posterior(votes).argmax(axis=1), posterior.argmax(axis=1))
    before = OneCoin(iterations=14, tolerance=0).fit(votes).posterior(votes)
    np.testing.assert_allclose(before, posterior, atol=1e-9)


def _coins(votes: VoteArrays, posterior: np.ndarray, model: OneCoin) -> list[float]:
    right, answered = [0.0] * votes.annotators, [0.0] * votes.annotators
    for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
        right[annotator] += posterior[task, label]
        answered[annotator] += 1
    crowd = (sum(right) + model.coin * model.skill) / (sum(answered) + model.coin)
    return [
        min((r + model.coin * crowd) / (n + model.coin), 0.99) for r, n in zip(right, answered, strict=True)
    ]


def test_weights_are_those_of_the_formula_where_they_settle() -> None:
    votes = honest(5, tasks=80, annotators=6).votes
    model = WeightedAverage(tolerance=1e-12, iterations=2000)
    fitted = model.fit(votes)
    z, e = fitted.posterior(votes), np.eye(votes.classes)
    usual = np.mean(
        [((e[k] - votes.shares()[t]) ** 2).sum() for t, k in zip(votes.task, votes.label, strict=True)]
    )
    for a in range(votes.annotators):
        mine = votes.annotator == a
        apart = sum(
            ((e[k] - z[t]) ** 2).sum() for t, k in zip(votes.task[mine], votes.label[mine], strict=True)
        )
        expected = (model.prior + mine.sum()) / (model.prior * usual + apart)
        assert fitted.weights[a] == pytest.approx(expected, rel=1e-6)  # type: ignore[attr-defined]


def test_one_kind_of_task_is_variational_dawid_skene() -> None:
    votes = honest(6).votes
    one = Subtypes(kinds=1, tolerance=1e-9, iterations=300).fit(votes).posterior(votes)
    plain = DawidSkene(prior=Variational(2 / 3, 3.0), tolerance=1e-9, iterations=300).fit(votes)
    np.testing.assert_allclose(one, plain.posterior(votes), atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_subtypes_are_less_sure_of_what_is_said_wrongly_together(seed: int) -> None:
    votes, truth = two_kinds(seed)
    independent = log_loss(MODELS["dawid-skene-variational"].fit(votes), votes, truth)
    assert log_loss(Subtypes().fit(votes), votes, truth) < 0.75 * independent


def two_kinds(
    seed: int, tasks: int = 1500, annotators: int = 15, per_task: int = 9
) -> tuple[VoteArrays, Ints]:
    """A third of each class is hard: four in ten votes give the next class, the same for all annotators."""
    rng = np.random.default_rng(seed)
    truth, hard = rng.integers(3, size=tasks), rng.random((tasks, 1)) < 0.35
    who = np.argsort(rng.random((tasks, annotators)), axis=1)[:, :per_task]
    skill = np.where(hard, rng.uniform(0.45, 0.75, annotators)[who], rng.uniform(0.85, 0.97, annotators)[who])
    shift = np.where(hard, 1, rng.integers(1, 3, who.shape))
    label = np.where(rng.random(who.shape) < skill, truth[:, None], (truth[:, None] + shift) % 3)
    task = np.repeat(np.arange(tasks), per_task)
    return arrays((task, who.ravel(), label.ravel()), tasks, annotators, 3), truth.astype(np.int32)


def log_loss(fitted: Fitted, votes: VoteArrays, truth: Ints) -> float:
    said = fitted.log_posterior(votes)[np.arange(len(truth)), truth]
    return float(-np.maximum(said, np.log(1e-9)).mean())


def test_the_spam_model_finds_who_says_anything() -> None:
    crowd = honest(7, tasks=400)
    label = crowd.label.copy()
    rng = np.random.default_rng(1)
    spam = crowd.annotator < 6
    label[spam] = rng.integers(3, size=int(spam.sum()))
    votes = VoteArrays(
        task=crowd.votes.task,
        annotator=crowd.votes.annotator,
        label=label.astype(np.int32),
        tasks=400,
        annotators=20,
        classes=3,
    )
    skill = Mace().fit(votes).skill()
    assert skill[:6].max() < skill[6:].min()


def test_class_shares_do_not_run_away_where_votes_are_few() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(4, size=500)
    task = np.repeat(np.arange(500, dtype=np.int32), 2)
    right = rng.random(1000) < 0.55
    label = np.where(right, truth[task], rng.integers(4, size=1000)).astype(np.int32)
    votes = VoteArrays(
        task=task,
        annotator=rng.integers(400, size=1000).astype(np.int32),
        label=label,
        tasks=500,
        annotators=400,
        classes=4,
    )
    anchored = OneCoin().fit(votes).posterior(votes)
    assert accuracy(anchored, truth) >= accuracy(votes.shares(), truth) - 0.02
    assert np.bincount(anchored.argmax(axis=1), minlength=4).min() > 50


def test_merged_errors_tell_what_few_votes_of_each_annotator_cannot() -> None:
    """All annotators confuse a class with the next one; none answers often enough to show it alone."""
    rng = np.random.default_rng(12)
    truth = rng.integers(4, size=600)
    task = np.repeat(np.arange(600, dtype=np.int32), 5)
    right = rng.random(3000) < 0.55
    label = np.where(right, truth[task], (truth[task] + 1) % 4).astype(np.int32)
    votes = VoteArrays(
        task=task,
        annotator=rng.permutation(3000).astype(np.int32) % 500,
        label=label,
        tasks=600,
        annotators=500,
        classes=4,
    )
    merged, coin = (
        accuracy(MODELS[name].fit(votes).posterior(votes), truth) for name in ("merged", "one-coin")
    )
    assert merged > coin + 0.15
