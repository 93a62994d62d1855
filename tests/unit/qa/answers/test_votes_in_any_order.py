"""Votes in any order, repeated or revised, give the same consensus."""

from collections.abc import Sequence
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.votes.book import Annotation, VoteBook
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from unit.qa.answers.answerskit import jobs_of, texts_of
from unit.qa.simulated_answers import Project, simulate_project

KINDS = ("pair", "ranking", "rating", "number")


@cache
def project_of(kind: str) -> Project:
    return simulate_project(kind, jobs=12, annotators=5, votes=3, seed=8)


def fit_votes(project: Project, triples: Sequence[tuple[str, str, str]]) -> AnswerFit:
    _, jobs, annotators = jobs_of(triples)
    return fit_answers(project.schema, jobs, {}, annotators=annotators)


def events_of(project: Project, random: Random) -> list[Annotation]:
    """Return the votes, each after an earlier revision with somebody else's answer, some twice, shuffled."""
    texts = [text for *_, text in project.triples]
    events = [
        Annotation(job=job, annotator=who, annotation="1", revision=revision, at=revision, label=label)
        for job, who, text in project.triples
        for revision, label in ((1, random.choice(texts)), (2, text))
    ]
    events += random.sample(events, len(events) // 3)
    random.shuffle(events)
    return events


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_events_in_any_order_with_repeats_and_revisions_give_the_same_consensus(
    kind: str, random: Random
) -> None:
    project = project_of(kind)
    book = VoteBook(events_of(project, random))
    votes = [(vote.job, vote.annotator, vote.label) for job in book.jobs() for vote in book.votes(job)]
    assert sorted(votes) == sorted(project.triples)
    fit, again = fit_votes(project, sorted(project.triples)), fit_votes(project, votes)
    assert texts_of(again) == texts_of(fit)
    assert again.probability.tolist() == fit.probability.tolist()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_answers_of_a_job_in_any_order_give_the_same_consensus(kind: str, random: Random) -> None:
    project = project_of(kind)
    shuffled = random.sample(project.triples, len(project.triples))
    fit, again = fit_votes(project, project.triples), fit_votes(project, shuffled)
    assert texts_of(again) == texts_of(fit)
    assert np.abs(again.probability - fit.probability).max() < 1e-6
