"""Pairs and ratings: models of single choices read them; the two sides of a pair are alike."""

from collections import Counter

import numpy as np
import pytest

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer, PairAnswer, RatingAnswer
from shoal.contracts.label_schemas import LabelSchema, PairSchema, RatingSchema
from shoal_qa.domain.models import AUTO
from shoal_qa.domain.votes.arrays import VoteArrays
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from unit.qa.answers.answerskit import fit_project, jobs_of, right_answers, texts_of
from unit.qa.simulated_answers import Project, simulate_project

TIE = PairAnswer(choice=None)


def merge_answers(schema: LabelSchema, *answers: Answer) -> AnswerFit:
    given = GivenAnswers(annotator=list(range(len(answers))), answers=answers)
    return fit_answers(schema, [given], {}, annotators=len(answers))


def test_ratings_are_merged_as_the_panel_merges_classes() -> None:
    project = simulate_project("rating", jobs=80, seed=1)
    jobs, fit = fit_project(project)
    _, given, annotators = jobs_of(project.triples)
    votes = VoteArrays(
        task=np.repeat(np.arange(len(jobs), dtype=np.int32), [len(job.answers) for job in given]),
        annotator=np.concatenate([job.annotator for job in given]).astype(np.int32),
        label=np.array([a.value - 1 for job in given for a in job.answers], np.int32),
        tasks=len(jobs),
        annotators=annotators,
        classes=5,
    )
    posterior = AUTO.study(votes).fitted.posterior(votes)
    assert [answer.value - 1 for answer in fit.answers] == posterior.argmax(axis=1).tolist()
    assert fit.probability == pytest.approx(fit.parts.odds.apply(posterior.max(axis=1)))


def test_by_majority_a_pair_is_the_choice_of_most() -> None:
    project = simulate_project("pair", jobs=80, votes=5, seed=2)
    _, fit = fit_project(project, model="majority")
    _, given, _ = jobs_of(project.triples)
    for job, text in zip(given, texts_of(fit), strict=True):
        count = Counter(map(canonical_answer, job.answers))
        assert count[text] == max(count.values())


def test_other_names_of_the_sides_give_the_same_consensus() -> None:
    """Each job has candidates of its own, in either order; which of them is named first means nothing."""
    project = simulate_project("pair", jobs=120, seed=3)

    def renamed(job: str, text: str) -> str:
        first, second = ("z", "y") if int(job[-1]) % 2 else ("p", "q")
        return text.replace('"a"', f'"{job}-{first}"').replace('"b"', f'"{job}-{second}"')

    other = Project(
        project.schema,
        [(job, who, renamed(job, text)) for job, who, text in project.triples],
        {job: renamed(job, text) for job, text in project.truth.items()},
    )
    jobs, fit = fit_project(project)
    _, again = fit_project(other)
    assert texts_of(again) == [renamed(job, text) for job, text in zip(jobs, texts_of(fit), strict=True)]
    assert again.probability == pytest.approx(fit.probability, abs=1e-3)  # fits stop when close


@pytest.mark.parametrize(("kind", "gain"), [("pair", 0.0), ("rating", 0.02)])
def test_skill_makes_more_answers_right_than_counting(kind: str, gain: float) -> None:
    ours, counted = [], []
    for seed in range(6):
        project = simulate_project(kind, jobs=300, votes=3, seed=20 + seed)
        jobs, fit = fit_project(project)
        ours.append(right_answers(project, jobs, texts_of(fit)).mean())
        jobs, fit = fit_project(project, model="majority")
        counted.append(right_answers(project, jobs, texts_of(fit)).mean())
    assert np.mean(ours) >= np.mean(counted) + gain


def test_a_side_that_nobody_chose_has_no_name_to_win_by() -> None:
    fit = merge_answers(PairSchema(), *[PairAnswer(choice="x")] * 3)
    assert fit.answers == [PairAnswer(choice="x")]
    assert merge_answers(PairSchema(), TIE, TIE).answers == [TIE]


def test_without_ties_two_who_disagree_are_no_tie() -> None:
    schema = PairSchema(ties=False)
    fit = merge_answers(schema, PairAnswer(choice="x"), PairAnswer(choice="y"))
    assert fit.answers[0] in (PairAnswer(choice="x"), PairAnswer(choice="y"))


def test_ratings_may_lie_below_zero() -> None:
    schema = RatingSchema(low=-2, high=2)
    fit = merge_answers(schema, *[RatingAnswer(value=-2)] * 2, RatingAnswer(value=-1))
    assert fit.answers == [RatingAnswer(value=-2)]


def test_a_third_candidate_is_neither_side() -> None:
    answers = [PairAnswer(choice=name) for name in ("x", "x", "y", "z")]
    assert merge_answers(PairSchema(), *answers).answers == [PairAnswer(choice="x")]
