"""Fits of simulated projects and of a few answers by hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import Answer
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from unit.qa.simulated_answers import Project


def jobs_of(triples: Sequence[tuple[str, str, str]]) -> tuple[list[str], list[GivenAnswers], int]:
    """Return the jobs, their answers, and the number of annotators. triples: job, annotator, text."""
    by_job: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for job, annotator, text in triples:
        by_job[job].append((annotator, text))
    names = sorted({annotator for _, annotator, _ in triples})
    number = {name: index for index, name in enumerate(names)}
    jobs = sorted(by_job)
    given = [
        GivenAnswers(
            annotator=[number[annotator] for annotator, _ in by_job[job]],
            answers=[parse_canonical(text) for _, text in by_job[job]],
        )
        for job in jobs
    ]
    return jobs, given, len(names)


def fit_project(project: Project, *, gold: int = 0, model: str = "auto") -> tuple[list[str], AnswerFit]:
    """Return the jobs and the fit. gold: number of jobs whose right answers are known."""
    jobs, given, annotators = jobs_of(project.triples)
    known: Mapping[int, Answer] = {
        index: parse_canonical(project.truth[job]) for index, job in enumerate(jobs) if index < gold
    }
    return jobs, fit_answers(project.schema, given, known, annotators=annotators, model=model)


def texts_of(fit: AnswerFit) -> list[str]:
    """Return the canonical texts of the merged answers."""
    return [canonical_answer(answer) for answer in fit.answers]


def right_answers(project: Project, jobs: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    """Return whether answers are within the tolerance of the truth: (jobs,)."""
    least = tolerance_of(project.schema)
    pairs = zip(jobs, texts, strict=True)
    return np.array(
        [answer_distance(project.schema, project.truth[job], text) <= least for job, text in pairs]
    )
