"""A project's fit: kept and loaded, warm and cold, asked about few jobs at a time, and what it promises."""

import io
import json

import numpy as np
import pytest

from shoal_qa.adapters.files.fits import dump_fit, load_fit
from shoal_qa.domain.calibration.heldout_gold import HeldoutGold
from shoal_qa.domain.certificates.promises import Promise, Target, promise
from shoal_qa.domain.jobs.beliefs import JobVotes, job_beliefs, job_posteriors
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes, fit_project, fit_without_votes
from shoal_qa.domain.projects.reader import Reader
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays, name_votes

CLASSES = ["c0", "c1", "c2"]
Triples = list[tuple[str, str, str]]


def crowd(
    seed: int, jobs: int = 300, votes: int = 3, skill: float = 0.8, first: int = 0
) -> tuple[Triples, dict[str, str]]:
    """Return votes of ten annotators in the order of time, and the truth by job."""
    rng = np.random.default_rng(seed)
    truth = {f"t{n:04d}": f"c{rng.integers(3)}" for n in range(first, first + jobs)}
    rows = [
        (job, f"a{a}", right if rng.random() < skill else f"c{rng.integers(3)}")
        for job, right in truth.items()
        for a in rng.choice(10, votes, replace=False)
    ]
    rng.shuffle(rows)
    return [(str(job), str(who), str(label)) for job, who, label in rows], truth


def some_jobs(rows: Triples, most: int = 5) -> list[JobVotes]:
    """Return jobs with the votes of others' jobs, a job without votes, and one of somebody not seen."""
    names = sorted({job for job, _, _ in rows})[:20]
    found = [JobVotes([(who, label) for job, who, label in rows if job == name], most) for name in names]
    return [*found, JobVotes([], most), JobVotes([("nobody", "c1"), ("a1", "c1")], most)]


@pytest.mark.parametrize("model", ["auto", "dawid-skene", "majority", "subtypes"])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_a_few_disputes_are_settled_by_nobody(model: str, jobs: int) -> None:
    """A random start of the fit must not decide what votes do not."""
    wrong = [(f"t{job}", who, CLASSES[(job + who) % 3]) for job in range(jobs) for who in range(2)]
    rows = [(job, f"a{who}", label) for job, who, label in wrong]
    fit, _ = fit_project(ProjectVotes(rows, {}), CLASSES, FitOptions(model, None))
    votes = [
        JobVotes([(who, label) for job, who, label in rows if job == f"t{number}"], 2)
        for number in range(jobs)
    ]
    assert job_posteriors(votes, fit).max() < 0.8


@pytest.mark.parametrize("model", ["auto", "dawid-skene", "majority", "subtypes"])
def test_fits_survive_being_kept(model: str) -> None:
    rows, truth = crowd(1, 120)
    gold = dict(list(truth.items())[:40])
    fit, findings = fit_project(ProjectVotes(rows, gold), CLASSES, FitOptions(model, Target(0.8, 0.9)))
    again = load_fit(dump_fit(fit))
    jobs = some_jobs(rows)
    np.testing.assert_allclose(job_posteriors(jobs, fit), job_posteriors(jobs, again), atol=1e-5)
    assert (again.fitted.name, again.promise, again.afresh_at) == (model, fit.promise, fit.afresh_at)
    assert fit.crowd is not None
    assert again.crowd is not None
    np.testing.assert_allclose(again.crowd.confusion, fit.crowd.confusion, atol=1e-6)
    np.testing.assert_array_equal(again.crowd.share, fit.crowd.share)
    assert fit.promise is not None
    assert set(findings.evidence) == set(findings.warnings) == set(fit.annotators)


def test_fits_of_one_model_that_were_kept_before_there_were_pools_are_read() -> None:
    rows, _ = crowd(2, 60)
    named = name_votes(rows, CLASSES)
    fitted = MODELS["dawid-skene"].fit(named.votes)
    about = {
        "model": "dawid-skene",
        "temperature": 2.0,
        "classes": CLASSES,
        "annotators": named.annotators,
    }
    buffer = io.BytesIO()
    arrays = {f"state_{name}": value for name, value in fitted.to_arrays().items()}
    np.savez_compressed(buffer, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
    fit = load_fit(buffer.getvalue())
    expected = fitted.log_posterior(named.votes)
    np.testing.assert_allclose(fit.reader.log_posterior(named.votes), expected, atol=1e-5)
    assert fit.promise is None
    assert fit.crowd is None


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_few_jobs_are_read_as_all_are(model: str) -> None:
    rows, _ = crowd(3, 50)
    votes = name_votes(rows, CLASSES, tasks=["t9999"]).votes
    fitted = MODELS[model].fit(votes)
    who = np.where(np.arange(len(votes)) % 7 == 0, UNKNOWN, votes.annotator).astype(np.int32)
    asked = VoteArrays(
        task=votes.task,
        annotator=who,
        label=votes.label,
        tasks=votes.tasks,
        annotators=votes.annotators,
        classes=votes.classes,
    )
    np.testing.assert_allclose(Reader(fitted, 3).log_posterior(asked), fitted.log_posterior(asked), atol=1e-9)


@pytest.mark.parametrize("model", ["auto", "majority", "weighted-average"])
def test_nothing_can_be_accepted_that_nobody_voted_on(model: str) -> None:
    fit = fit_without_votes(model, ("a", "b", "c", "d"))
    jobs = [JobVotes([], 3)]
    (belief,) = job_beliefs(jobs, job_posteriors(jobs, fit), fit, StoppingRule())
    assert belief.votes == 0
    assert belief.probability == pytest.approx(0.25)
    assert belief.action is Action.MORE
    assert belief.reach is None  # nothing is known of annotators yet


def test_a_warm_fit_keeps_numbers_and_answers_as_a_cold_one() -> None:
    rows, truth = crowd(4, 200)
    more, _ = crowd(5, 20, first=500)
    grown = [*rows, *more, ("t0001", "a00-new", truth["t0001"]), ("t0002", "zoe", truth["t0002"])]
    before, _ = fit_project(ProjectVotes(rows), CLASSES, FitOptions())
    warm, found = fit_project(ProjectVotes(grown), CLASSES, FitOptions(), before)
    cold, _ = fit_project(ProjectVotes(grown), CLASSES, FitOptions())
    assert list(warm.annotators) == [*before.annotators, "a00-new", "zoe"]
    assert (warm.afresh_at, cold.afresh_at) == (before.afresh_at, len(grown))
    assert found.evidence["zoe"].votes == 1
    jobs = some_jobs(grown)
    np.testing.assert_allclose(job_posteriors(jobs, warm), job_posteriors(jobs, cold), atol=0.02)


def test_a_fit_starts_from_scratch_where_the_one_before_does_not_apply() -> None:
    rows, truth = crowd(6, 100)
    before, _ = fit_project(ProjectVotes(rows), CLASSES, FitOptions())
    fewer = [row for row in rows if row[1] != "a3"]
    doubled = [*rows, *crowd(7, 100, first=500)[0]]
    gold = dict(list(truth.items())[:20])
    others = [
        (ProjectVotes(fewer), CLASSES, FitOptions()),
        (ProjectVotes(doubled), CLASSES, FitOptions()),
        (
            ProjectVotes(rows, gold),
            CLASSES,
            FitOptions(),
        ),  # it must not have been told what it is held out from
        (ProjectVotes(rows), CLASSES, FitOptions("mace")),
        (ProjectVotes(rows), [*CLASSES, "c3"], FitOptions()),
    ]
    for given, classes, wish in others:
        told, _ = fit_project(given, classes, wish, before)
        alone, _ = fit_project(given, classes, wish)
        jobs = some_jobs(list(given.triples))
        np.testing.assert_array_equal(job_posteriors(jobs, told), job_posteriors(jobs, alone))


def test_what_is_promised_needs_gold_and_then_holds() -> None:
    rows, truth = crowd(8, 900, votes=5)
    target = Target(0.85, 0.95)
    few, enough = dict(list(truth.items())[:8]), dict(list(truth.items())[:300])
    none, _ = fit_project(ProjectVotes(rows, few), CLASSES, FitOptions("auto", target))
    some, _ = fit_project(ProjectVotes(rows, enough), CLASSES, FitOptions("auto", target))
    assert none.promise
    assert none.promise.threshold is None
    assert none.promise.held is None
    assert none.promise.more_gold
    assert some.promise
    assert some.promise.threshold is not None
    assert some.promise.bound
    assert some.promise.bound >= 0.85
    jobs = {name: [vote[1:] for vote in rows if vote[0] == name] for name in sorted(set(truth) - set(enough))}
    found = job_posteriors([JobVotes(votes, 5) for votes in jobs.values()], some)
    accepted = found.max(axis=1) >= some.promise.threshold
    right = [CLASSES[k] == truth[name] for k, name in zip(found.argmax(axis=1), jobs, strict=True)]
    assert np.mean(np.array(right)[accepted]) >= 0.85
    assert some.promise.coverage == pytest.approx(accepted.mean())


def gold_of(right: int, wrong: int, probability: float = 0.95) -> HeldoutGold:
    """Return gold tasks of one probability."""
    truth = np.zeros(right + wrong, np.int32)
    label = np.array([0] * right + [1] * wrong, np.int32)
    return HeldoutGold(
        np.arange(right + wrong, dtype=np.int32), truth, label, np.full(len(truth), probability)
    )


def test_a_promise_that_lapses_by_chance_keeps_what_was_accepted() -> None:
    target, scores = Target(0.9, 0.95), np.full(50, 0.95)
    first = promise(gold_of(60, 0), scores, target)
    just_below = pytest.approx(0.95, abs=1e-5)
    assert first.threshold == first.held == just_below
    lapsed = promise(gold_of(55, 5), scores, target, first)
    assert (lapsed.threshold, lapsed.held) == (None, first.held)
    assert promise(gold_of(55, 5), scores, target, lapsed).held == just_below
    assert promise(gold_of(50, 10), scores, target, lapsed).held is None  # gold speaks against it
    assert promise(gold_of(55, 5), scores, Target(0.92, 0.95), first).held is None  # of another target
    assert promise(None, scores, target, first).held is None
    assert promise(gold_of(60, 0), scores, target, lapsed).threshold == just_below
    assert isinstance(first, Promise)
    assert first.more_gold == 0


def test_warnings_find_who_says_one_thing_and_nobody_else() -> None:
    rows, _ = crowd(9, 300)
    liner = [(f"t{n:04d}", "liner", "c1") for n in range(120)]
    seconds = [20.0 + n % 13 for n in range(len(rows))] + [0.5] * len(liner)
    _, findings = fit_project(ProjectVotes([*rows, *liner], {}, seconds), CLASSES, FitOptions())
    raised = {
        (name, signal) for name, found in findings.warnings.items() for signal, p in found.items() if p < 0.05
    }
    assert {name for name, _ in raised} == {"liner"}
    assert {signal for _, signal in raised} >= {"spam", "straight-lining", "haste"}
    _, untimed = fit_project(ProjectVotes([*rows, *liner]), CLASSES, FitOptions())
    assert "haste" not in untimed.warnings["liner"]


def test_very_many_classes_are_fitted_kept_and_read() -> None:
    rng = np.random.default_rng(11)
    classes = [f"c{k:03d}" for k in range(150)]
    truth = rng.integers(150, size=200)
    rows = [
        (f"t{n:03d}", f"a{a}", classes[k if rng.random() < (0.9 if a < 8 else 0.3) else rng.integers(150)])
        for n, k in enumerate(truth)
        for a in rng.choice(10, 3, replace=False)
    ]
    fit, findings = fit_project(ProjectVotes(rows, {"t000": classes[truth[0]]}), classes, FitOptions())
    again = load_fit(dump_fit(fit))
    jobs = some_jobs(rows[:60])[:-1]
    np.testing.assert_allclose(job_posteriors(jobs, fit), job_posteriors(jobs, again), atol=1e-6)
    skill = {name: found.skill for name, found in findings.evidence.items()}
    assert min(skill[f"a{a}"] for a in range(8)) > max(skill["a8"], skill["a9"])
    votes = name_votes(rows, classes).votes
    best = fit.fitted.log_posterior(votes).argmax(axis=1)
    assert (best == truth).mean() > 0.85
    jobs = [JobVotes([], 3)]
    (belief,) = job_beliefs(
        jobs, job_posteriors(jobs, fit_without_votes("auto", tuple(classes))), fit, StoppingRule()
    )
    assert belief.probability < 0.1
