"""Beliefs and findings about answers that are not single classes."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np

from shoal.answers import parse_canonical
from shoal.contracts.answers import Answer, ClassAnswer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.jobs.agreed import Distances, agreed_belief
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.jobs.medoids import find_medoid
from shoal_qa.domain.projects.findings import Findings, findings_of
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import ProjectVotes, fit_without_votes
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import name_votes
from shoal_qa.usecases.answer_distances import answer_distance, distances_between, tolerance_of

SINGLE_CHOICE = "single_choice"
_EQUAL_KINDS = ("multi_choice", "pair", "rating")  # answers agree if they are equal


def is_single_choice(schema: LabelSchema) -> bool:
    """Return whether votes are single classes, whose posterior a model of annotators gives."""
    return schema.kind == SINGLE_CHOICE


def method_of(schema: LabelSchema, fit: ProjectFit) -> str:
    """Return the method by which a label was accepted, as its evidence names it."""
    if is_single_choice(schema):
        return fit.fitted.name
    return "majority" if schema.kind in _EQUAL_KINDS else "medoid"


def answer_of(schema: LabelSchema, label: str | None) -> Answer | None:
    """Return the answer that a `label` column holds."""
    if label is None:
        return None
    return ClassAnswer(label=label) if is_single_choice(schema) else parse_canonical(label)


@cache
def empty_fit() -> ProjectFit:
    """Return the fit of projects whose votes no model of annotators reads."""
    return fit_without_votes("majority", ("answer",))


def answer_beliefs(jobs: Sequence[JobVotes], schema: LabelSchema, rule: StoppingRule) -> list[Belief]:
    """Return the belief about each job."""
    return [_answer_belief(job, schema, rule) for job in jobs]


def _answer_belief(job: JobVotes, schema: LabelSchema, rule: StoppingRule) -> Belief:
    texts = [text for _, text in job.votes]
    accepted = job.accepted
    to_accepted = None
    if accepted is not None:
        to_accepted = np.array([answer_distance(schema, accepted, text) for text in texts])
    distances = Distances(between=distances_between(schema, texts), to_accepted=to_accepted)
    return agreed_belief(job, distances, tolerance_of(schema), rule)


def answer_findings(votes: ProjectVotes, schema: LabelSchema) -> Findings:
    """Return the findings about votes as nominal ones; a vote near its job's gold, or medoid, equals it."""
    triples = _merged_votes(votes, schema)
    gold = {job: text for job, text in votes.gold.items() if text.startswith("{")}
    named = name_votes(triples, sorted({text for *_, text in triples} | set(gold.values())))
    return findings_of(
        named.votes,
        named.gold_classes(gold),
        seconds=votes.times(),
        annotators=named.annotators,
        fitted=None,
    )


def _merged_votes(votes: ProjectVotes, schema: LabelSchema) -> list[tuple[str, str, str]]:
    """Return the votes with the text of their job's gold or medoid where they agree with it."""
    by_job: dict[str, list[str]] = defaultdict(list)
    for job, _, text in votes.triples:
        by_job[job].append(text)
    centres = {job: votes.gold.get(job) or _centre_of(texts, schema) for job, texts in by_job.items()}
    least = tolerance_of(schema)
    return [
        (job, annotator, centres[job] if answer_distance(schema, centres[job], text) <= least else text)
        for job, annotator, text in votes.triples
    ]


def _centre_of(texts: Sequence[str], schema: LabelSchema) -> str:
    return texts[find_medoid(distances_between(schema, texts), texts, tolerance_of(schema)).member]
