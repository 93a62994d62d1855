"""The worst answers that the doors admit: an answer comes out at a bounded cost, and no certainty with it."""

import numpy as np
import pytest

from shoal.answers import answer_problem, canonical_answer
from shoal.answers.checks import MOST_BYTES
from shoal.contracts.answers import (
    MOST_OBJECTS,
    Answer,
    Box,
    BoxesAnswer,
    ClassesAnswer,
    NumberAnswer,
    Span,
    SpansAnswer,
    TextAnswer,
)
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    SpansSchema,
    TextSchema,
)
from shoal.contracts.samples import Content
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.projects.fitting import ProjectVotes
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.usecases.answers.differences.agreement import affordable_pairs
from shoal_qa.usecases.answers.differences.distances import distances_between
from shoal_qa.usecases.answers.fits.findings import _rows_to_compare
from shoal_qa.usecases.answers.fits.job_beliefs import AnswerBelief, answer_beliefs
from shoal_qa.usecases.answers.fits.projects import MOST_CHARACTERS, affordable_votes, answers_fit_before
from shoal_qa.usecases.answers.given import MOST_OBJECTS_OF_JOB, given_answers

CLASSES = tuple(LabelClass(name=f"c{number}") for number in range(3000))
IMAGE = Content(kind="image", uri="s3://images/1.png")


def belief_of(schema: LabelSchema, answers: list[Answer]) -> AnswerBelief:
    """Return the belief about a job with these answers before any fit."""
    votes = [(f"a/{number:03}", canonical_answer(answer)) for number, answer in enumerate(answers)]
    fit = answers_fit_before(schema, "auto")
    return answer_beliefs([JobVotes(votes, len(votes), None, 0)], schema, fit, StoppingRule())[0]


def row_of_boxes(width: float, first: int = 0, label: str = "c0") -> BoxesAnswer:
    """Return MOST_OBJECTS boxes beside each other, `first` places from the left."""
    left = (np.arange(MOST_OBJECTS) + first) / (2 * MOST_OBJECTS)
    boxes = tuple(Box(label=label, left=x, top=0, right=x + width, bottom=1) for x in left.tolist())
    return BoxesAnswer(width=9, height=9, boxes=boxes)


def test_more_likely_objects_than_an_answer_may_have_are_cut_to_the_likeliest() -> None:
    schema = BoxesSchema(classes=CLASSES[:1])
    halves = [row_of_boxes(0.0002, first) for first in (0, MOST_OBJECTS, 0, MOST_OBJECTS)]
    merged = belief_of(schema, [*halves]).merged
    assert merged is not None
    assert isinstance(merged.answer, BoxesAnswer)
    assert len(merged.answer.boxes) <= MOST_OBJECTS
    assert answer_problem(schema, merged.answer, IMAGE) is None


def test_boxes_that_all_overlap_are_never_accepted_by_votes() -> None:
    heap = row_of_boxes(0.49)
    belief = belief_of(BoxesSchema(classes=CLASSES[:1]), [heap, heap, heap])
    assert belief.belief.probability == 0
    assert belief.belief.action is not Action.ACCEPT


def test_a_thousand_boxes_beside_each_other_are_all_found() -> None:
    row = row_of_boxes(0.0005)
    merged = belief_of(BoxesSchema(classes=CLASSES[:1]), [row, row, row]).merged
    assert merged is not None
    assert canonical_answer(merged.answer) == canonical_answer(row)
    assert merged.probability > 0
    assert min(merged.objects) > 0.8


def test_more_likely_classes_than_an_answer_may_have_are_cut() -> None:
    schema, names = MultiChoiceSchema(classes=CLASSES), [item.name for item in CLASSES]
    sets = [names[:1000], names[500:1500], [*names[:500], *names[1000:1500]]]
    merged = belief_of(schema, [ClassesAnswer(labels=tuple(labels)) for labels in sets]).merged
    assert merged is not None
    assert isinstance(merged.answer, ClassesAnswer)
    assert len(merged.answer.labels) == MOST_OBJECTS


def texts_of(count: int, characters: int) -> list[str]:
    """Return canonical free texts that differ in a few words at both ends and in the middle."""
    filler = " ".join(["word"] * (characters // 5))
    return [canonical_answer(TextAnswer(text=f"a{n} {filler} m{n} {filler} z{n}")) for n in range(count)]


def test_many_long_texts_are_compared_by_words_and_a_few_by_characters() -> None:
    schema = TextSchema(most_characters=100_000)
    few, many = distances_between(schema, texts_of(3, 1000)), distances_between(schema, texts_of(60, 1000))
    assert 0 < few[0, 1] < 0.05
    assert many[0, 1] == pytest.approx(6 / 7)  # three words of each of both, one of both
    assert (many == many.T).all()
    assert not many.diagonal().any()


def test_of_a_hundred_huge_answers_those_count_that_a_job_can_afford() -> None:
    row = row_of_boxes(0.0005)
    counted = given_answers([(number, row) for number in range(100)])
    assert len(counted.answers) == len(counted.annotator) == MOST_OBJECTS_OF_JOB // MOST_OBJECTS
    assert len(given_answers([(0, NumberAnswer(value=1))] * 100).answers) == 100


def test_a_fit_reads_gold_first_and_then_as_many_characters_as_it_can_afford() -> None:
    long = "x" * (MOST_CHARACTERS // 4)
    names = [(f"j{job}", f"a/{who}") for job in (3, 1, 0, 2) for who in (1, 0)]
    votes = ProjectVotes([(job, who, long) for job, who in names], {"j3": long}, list(range(8)))
    some = affordable_votes(votes)
    assert [(job, who) for job, who, _ in some.triples] == [
        ("j3", "a/1"),
        ("j3", "a/0"),
        ("j0", "a/1"),
        ("j0", "a/0"),
    ]
    assert list(some.seconds) == [0, 1, 4, 5]
    small = ProjectVotes([(job, who, "{}") for job, who in names])
    assert affordable_votes(small) is small


def test_likely_objects_that_make_too_large_a_label_are_cut_and_never_accepted_by_votes() -> None:
    schema = SpansSchema(classes=CLASSES[:1])
    spans = [
        Span(label="c0", start=1000 * at, end=1000 * at + 999, text="ж" * 80_000 + str(at)) for at in range(4)
    ]
    given = [[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 1]]
    belief = belief_of(schema, [SpansAnswer(spans=tuple(spans[at] for at in rows)) for rows in given])
    assert belief.merged is not None
    assert isinstance(belief.merged.answer, SpansAnswer)
    assert len(belief.merged.answer.spans) == 3
    assert len(canonical_answer(belief.merged.answer).encode()) <= MOST_BYTES
    assert belief.merged.probability == 0


def test_agreement_compares_few_pairs_of_huge_answers() -> None:
    votes = [("job", f"a{number:03}", f"{number} " + "word " * 1500) for number in range(100)]
    triples = [(job, name, canonical_answer(TextAnswer(text=text))) for job, name, text in votes]
    compared = _rows_to_compare(triples, affordable_pairs([TextAnswer(text=text) for *_, text in votes]))
    assert 2 < len(compared) < 20
    assert {name for _, name, _ in compared} == {f"a{number:03}" for number in range(len(compared))}
    small = [(f"job{number}", name, "x") for number in range(50) for name in "abc"]
    assert sorted(_rows_to_compare(small, 20_000)) == sorted(small)
