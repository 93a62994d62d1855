"""Rankings and numbers: skill over the whole project, ties, intervals, and merging by a stored fit."""

import io

import numpy as np
import pytest

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import Answer, NumberAnswer, RankingAnswer
from shoal.contracts.label_schemas import LabelSchema, NumberSchema, RankingSchema
from shoal_qa.adapters.files.answer_parts import dump_parts, load_parts
from shoal_qa.domain.answers.model import parts_without_answers
from shoal_qa.domain.answers.odds import Odds
from shoal_qa.domain.models import panel_of
from shoal_qa.domain.votes.arrays import UNKNOWN
from shoal_qa.usecases.answers.fits.beliefs import merge_jobs
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.models.rankings import merge_rankings
from unit.qa.answers.answerskit import fit_project, jobs_of, right_answers, texts_of
from unit.qa.simulated_answers import Project, simulate_project


def order(names: str) -> RankingAnswer:
    """Return an order, best first; = ties neighbours."""
    return RankingAnswer(order=tuple(tuple(group.split("=")) for group in names.split(">")))


def fit_one(schema: LabelSchema, *answers: Answer) -> AnswerFit:
    given = GivenAnswers(annotator=list(range(len(answers))), answers=answers)
    return fit_answers(schema, [given], {}, annotators=len(answers))


@pytest.mark.parametrize("kind", ["ranking", "number"])
def test_a_few_jobs_by_a_stored_fit_are_merged_as_in_the_fit(kind: str) -> None:
    project = simulate_project(kind, jobs=60, seed=3)
    _, given, _ = jobs_of(project.triples)
    _, fit = fit_project(project)
    numbers, arrays = dump_parts(fit.parts)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as stored:
        parts = load_parts(numbers, stored)
    fitted = panel_of("auto").load(fit.fitted.to_arrays())
    some = [given[number] for number in (50, 7, 20)]
    assert merge_jobs(project.schema, some, fitted=fitted, parts=parts) == [
        fit.merged[number] for number in (50, 7, 20)
    ]
    assert fitted.skill().tolist() == fit.fitted.skill().tolist()
    strangers = [GivenAnswers(annotator=[UNKNOWN] * 3, answers=job.answers) for job in some]
    assert len(merge_jobs(project.schema, strangers, fitted=fitted, parts=parts)) == 3
    assert merge_jobs(project.schema, [], fitted=fitted, parts=parts) == []


def test_a_good_annotator_of_other_jobs_outweighs_a_poor_one_on_this_job() -> None:
    """On job z, the one who ordered all others well contradicts the one who ordered them at random."""
    rng = np.random.default_rng(0)
    names = np.array(list("abcd"))
    triples = []
    for number in range(40):
        right, anyhow = (">".join(rng.permutation(names)) for _ in range(2))
        triples += [(f"job-{number:02}", who, right) for who in ("good", "sound")]
        triples.append((f"job-{number:02}", "poor", anyhow))
    rows = [
        *triples, ("z", "good", "a>b>c>d"), ("z", "poor", "d>c>b>a")
    ]  # fmt: skip
    people = ["good", "poor", "sound"]
    jobs = sorted({job for job, *_ in rows})
    given = [
        GivenAnswers(
            annotator=[people.index(who) for job, who, _ in rows if job == at],
            answers=[order(text) for job, _, text in rows if job == at],
        )
        for at in jobs
    ]
    fit = fit_answers(RankingSchema(), given, {}, annotators=3)
    assert fit.parts.sharpness is not None
    assert fit.parts.sharpness[0] > 3 * abs(fit.parts.sharpness[1])
    assert fit.answers[-1] == order("a>b>c>d")
    assert fit.probability[-1] > 0.8


@pytest.mark.parametrize("kind", ["ranking", "number"])
def test_without_gold_probabilities_hold_within_3_points(kind: str) -> None:
    claimed, held = [], []
    for seed in range(6):
        project = simulate_project(kind, jobs=300, annotators=20, votes=3, seed=40 + seed)
        jobs, fit = fit_project(project)
        claimed.append(fit.probability.mean())
        held.append(right_answers(project, jobs, texts_of(fit)).mean())
    assert np.mean(claimed) == pytest.approx(np.mean(held), abs=0.03)


@pytest.mark.parametrize(
    ("answers", "merged"),
    [
        (["a=b>c", "a=b>c", "a=b>c"], "a=b>c"),
        (["a>b=c", "a>b=c", "a>c>b"], "a>b=c"),
        (["a>b>c", "a>b>c", "a=b>c"], "a>b>c"),
        (["a=b=c=d=e=f", "a=b=c=d=e=f"], "a=b=c=d=e=f"),
        (["a>b>c>d>e=f", "a>b>c>d>e=f"], "a>b>c>d>e=f"),
    ],
)
def test_ties_that_most_see_are_ties(answers: list[str], merged: str) -> None:
    assert fit_one(RankingSchema(), *map(order, answers)).answers == [order(merged)]


def test_without_ties_in_the_schema_nothing_is_tied() -> None:
    fit = fit_one(RankingSchema(ties=False), order("a>b>c"), order("b>a>c"))
    answer = fit.answers[0]
    assert isinstance(answer, RankingAnswer)
    assert [len(group) for group in answer.order] == [1, 1, 1]


def test_one_candidate_is_an_order_too() -> None:
    fit = fit_one(RankingSchema(), order("a"), order("a"))
    assert (fit.answers, fit.merged[0].probability) == ([order("a")], 1.0)


def test_nine_of_ten_intervals_hold_the_right_number_in_the_unit_of_the_schema() -> None:
    rng = np.random.default_rng(1)
    schema = NumberSchema(low=-50, high=150)
    truth, spread = rng.uniform(0, 100, 400), np.exp(rng.normal(np.log(5), 0.5, 12))
    given = []
    for value in truth.tolist():
        who = rng.choice(12, 3, replace=False)
        answers = value + spread[who] * rng.standard_t(4, 3)
        given.append(
            GivenAnswers(
                annotator=who.tolist(),
                answers=[NumberAnswer(value=float(np.clip(one, -50, 150))) for one in answers],
            )
        )
    fit = fit_answers(schema, given, {}, annotators=12)
    ends = np.array([merged.interval for merged in fit.merged])
    values = np.array([getattr(answer, "value", np.nan) for answer in fit.answers])
    assert ((ends[:, 0] <= values) & (values <= ends[:, 1])).all()
    assert ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean() == pytest.approx(0.9, abs=0.03)


def test_more_answers_make_the_interval_shorter() -> None:
    few, many = (
        fit_one(NumberSchema(low=0, high=100), *[NumberAnswer(value=40.0 + n % 3) for n in range(count)])
        for count in (2, 9)
    )
    widths = [fit.merged[0].interval[1] - fit.merged[0].interval[0] for fit in (few, many)]  # type: ignore[index]
    assert 0 < widths[1] < widths[0]


def test_gold_does_not_change_the_model_but_its_calibration() -> None:
    project: Project = simulate_project("ranking", jobs=80, seed=5)
    _, fit = fit_project(project)
    _, known = fit_project(project, gold=40)
    assert known.parts.sharpness == pytest.approx(fit.parts.sharpness)
    assert known.gold is not None
    assert known.parts.odds.gold == 40
    assert parse_canonical(texts_of(known)[0]) == known.answers[0]


@pytest.mark.parametrize("candidates", [6, 12, 40])
def test_before_the_first_fit_random_orders_are_not_sure_and_equal_ones_are(candidates: int) -> None:
    rng = np.random.default_rng(0)
    names = [f"c{number:02}" for number in range(candidates)]
    noise = [order(">".join(rng.permutation(names).tolist())) for _ in range(5)]
    equal = [order(">".join(names))] * 5
    parts = parts_without_answers(Odds())
    jobs = [GivenAnswers(annotator=[UNKNOWN] * 5, answers=answers) for answers in (noise, equal)]
    random, same = merge_rankings(RankingSchema(), jobs, parts)
    assert random.probability < 0.5
    assert same.probability > 0.95
    assert same.answer == equal[0]


@pytest.mark.parametrize(
    ("low", "high", "value"),
    [(0, 1e9, 3.3), (0, 1e-6, 5e-8), (-5, 5, 0.1), (0, 1e-200, 5e-201), (-1e15, 1e15, 7)],
)
def test_a_number_that_all_give_is_the_label_to_its_last_digit(low: float, high: float, value: float) -> None:
    answer = NumberAnswer(value=value)
    fit = fit_one(NumberSchema(low=low, high=high), answer, answer, answer)
    assert canonical_answer(fit.merged[0].answer) == canonical_answer(answer)


def test_orders_of_many_candidates_that_nobody_else_gave_are_not_sure() -> None:
    rng = np.random.default_rng(8)
    orders = [RankingAnswer(order=tuple((f"c{item}",) for item in rng.permutation(12))) for _ in range(30)]
    jobs = [GivenAnswers(annotator=[at % 3], answers=[order]) for at, order in enumerate(orders)]
    assert fit_answers(RankingSchema(), jobs, {}, annotators=3).probability.max() < 0.8
