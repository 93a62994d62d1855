"""The consensus of answers of every kind: accuracy, calibration, order, and the rules of the schema."""

from collections import defaultdict

import numpy as np
import pytest

from shoal.answers import answer_problem
from shoal.contracts.answers import (
    Answer,
    Box,
    BoxesAnswer,
    ClassesAnswer,
    NumberAnswer,
    RankingAnswer,
    Span,
    SpansAnswer,
    TextAnswer,
)
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    NumberSchema,
    RankingSchema,
    SpansSchema,
    TextSchema,
)
from shoal.contracts.samples import Candidate, Content
from shoal_qa.usecases.answers.differences.distances import distances_between, tolerance_of
from shoal_qa.usecases.answers.fits.fitting import fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from unit.qa.answers.answerskit import fit_project, right_answers, texts_of
from unit.qa.medoids import find_medoid
from unit.qa.simulated_answers import CLASSES, KINDS, TEXT, Project, simulate_project

KIND_NAMES = sorted(KINDS)


def medoid_answers(project: Project, jobs: list[str]) -> list[str]:
    by_job: dict[str, list[str]] = defaultdict(list)
    for job, _, text in project.triples:
        by_job[job].append(text)
    out = []
    for job in jobs:
        distance = distances_between(project.schema, by_job[job])
        out.append(by_job[job][find_medoid(distance, by_job[job], tolerance_of(project.schema)).member])
    return out


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_the_consensus_is_right_at_least_as_often_as_the_medoid(kind: str) -> None:
    ours, theirs = [], []
    for seed in range(3):
        project = simulate_project(kind, jobs=150, votes=3, seed=seed)
        jobs, fit = fit_project(project)
        ours.append(right_answers(project, jobs, texts_of(fit)).mean())
        theirs.append(right_answers(project, jobs, medoid_answers(project, jobs)).mean())
    assert np.mean(ours) >= np.mean(theirs) - 0.02  # two standard errors of 450 jobs


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_with_gold_probabilities_hold_within_3_points(kind: str) -> None:
    claimed, held = [], []
    for seed in range(4):
        project = simulate_project(kind, jobs=200, votes=3, seed=10 + seed)
        jobs, fit = fit_project(project, gold=100)
        right = right_answers(project, jobs, texts_of(fit))
        claimed.append(fit.probability[100:])
        held.append(right[100:])
    assert np.mean(claimed) == pytest.approx(np.mean(held), abs=0.03)
    sure = np.concatenate(claimed) >= 0.9
    assert np.concatenate(held)[sure].mean() >= np.concatenate(claimed)[sure].mean() - 0.03


@pytest.mark.parametrize("kind", ["boxes", "spans", "text"])
def test_answers_that_nobody_else_confirms_are_not_sure(kind: str) -> None:
    project = simulate_project(kind, jobs=150, votes=1, seed=31)
    jobs, fit = fit_project(project)
    sure = fit.probability >= 0.9
    right = right_answers(project, jobs, texts_of(fit))
    assert fit.probability.mean() < right.mean() + 0.05
    assert not sure.any() or right[sure].mean() >= fit.probability[sure].mean() - 0.03


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_without_gold_labels_at_nine_tenths_are_right_in_nine_of_ten_cases(kind: str) -> None:
    project = simulate_project(kind, jobs=300, votes=5, seed=4)
    jobs, fit = fit_project(project)
    right = right_answers(project, jobs, texts_of(fit))
    sure = fit.probability >= 0.9
    assert sure.any()
    assert right[sure].mean() >= 0.9


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_merged_answer_fits_the_schema(kind: str) -> None:
    project = simulate_project(kind, jobs=30, votes=3, seed=7)
    names = ("a", "b") if kind == "pair" else ("c0", "c1", "c2", "c3")
    candidates = tuple(Candidate(id=name, text=name) for name in names)
    content = (
        Content(text=TEXT)
        if kind in ("spans", "multi_choice", "text")
        else Content(prompt="which?", candidates=candidates)
    )
    if kind in ("boxes", "polygons", "outlines"):
        content = Content(uri="https://images.example/reef.png", media_type="image/png")
    _, fit = fit_project(project)
    assert [
        problem for answer in fit.answers if (problem := answer_problem(project.schema, answer, content))
    ] == []


def merged(schema: LabelSchema, *answers: Answer) -> Answer:
    given = GivenAnswers(annotator=list(range(len(answers))), answers=answers)
    return fit_answers(schema, [given], {}, annotators=len(answers)).answers[0]


def box(label: str, left: float, right: float, **others: tuple[str, ...]) -> Box:
    return Box(label=label, left=left, top=0.1, right=right, bottom=0.5, **others)


def boxes(*items: Box) -> BoxesAnswer:
    return BoxesAnswer(width=100, height=100, boxes=items)


def test_one_far_too_wide_box_does_not_widen_the_merged_one() -> None:
    answer = merged(
        BoxesSchema(classes=CLASSES),
        boxes(box("tuna", 0.1, 0.3)),
        boxes(box("tuna", 0.1, 0.3)),
        boxes(box("tuna", 0.1, 0.45)),
    )
    assert answer == boxes(box("tuna", 0.1, 0.3))


def test_a_box_that_one_of_three_saw_is_left_out() -> None:
    answer = merged(
        BoxesSchema(classes=CLASSES),
        boxes(box("tuna", 0.1, 0.3)),
        boxes(box("tuna", 0.1, 0.3), box("cod", 0.6, 0.9)),
        boxes(box("tuna", 0.1, 0.3)),
    )
    assert answer == boxes(box("tuna", 0.1, 0.3))


def test_attributes_need_more_than_half() -> None:
    classes = (LabelClass(name="tuna", attributes=("cut", "dark")),)
    answer = merged(
        BoxesSchema(classes=classes),
        boxes(box("tuna", 0.1, 0.3, attributes=("cut",))),
        boxes(box("tuna", 0.1, 0.3, attributes=("cut", "dark"))),
        boxes(box("tuna", 0.1, 0.3)),
    )
    assert answer == boxes(box("tuna", 0.1, 0.3, attributes=("cut",)))


def test_no_more_objects_than_the_schema_allows() -> None:
    answers = [boxes(box("tuna", 0.1, 0.3), box("cod", 0.6, 0.9))] * 3
    answer = merged(BoxesSchema(classes=CLASSES, most=1), *answers)
    assert isinstance(answer, BoxesAnswer)
    assert len(answer.boxes) == 1


def test_spans_that_may_not_overlap_do_not() -> None:
    def span(start: int, end: int) -> Span:
        return Span(label="cod", start=start, end=end, text=TEXT[start:end])

    given = SpansAnswer(spans=(span(0, 8), span(4, 30)))  # as a vendor might send
    answer = merged(SpansSchema(classes=CLASSES, overlapping=False), given, given)
    assert isinstance(answer, SpansAnswer)
    assert len(answer.spans) == 1


def test_classes_that_exclude_each_other_are_not_merged() -> None:
    schema = MultiChoiceSchema(classes=CLASSES, exclusive=(("cod", "tuna"),))
    answer = merged(
        schema,
        ClassesAnswer(labels=("cod", "rockfish")),
        ClassesAnswer(labels=("tuna", "rockfish")),
        ClassesAnswer(labels=("tuna",)),
    )
    assert answer == ClassesAnswer(labels=("rockfish", "tuna"))


def test_a_merged_number_lies_on_a_step() -> None:
    schema = NumberSchema(low=0, high=10, step=0.5)
    answer = merged(schema, NumberAnswer(value=4.0), NumberAnswer(value=4.5), NumberAnswer(value=4.5))
    assert answer == NumberAnswer(value=4.5)


def test_an_order_that_nobody_gave_may_be_the_consensus() -> None:
    def order(names: str) -> RankingAnswer:
        return RankingAnswer(order=tuple((name,) for name in names))

    answer = merged(RankingSchema(), order("bacde"), order("acbde"), order("abdce"), order("abced"))
    assert answer == order("abcde")


def test_of_three_texts_the_odd_one_loses() -> None:
    texts = ("a long net of the boat", "a long net of the boats", "nothing to read here at all")
    answer = merged(TextSchema(), *(TextAnswer(text=text) for text in texts))
    assert answer in (TextAnswer(text=texts[0]), TextAnswer(text=texts[1]))


def test_no_objects_is_an_answer_too() -> None:
    assert merged(BoxesSchema(classes=CLASSES), boxes(), boxes(), boxes()) == boxes()
