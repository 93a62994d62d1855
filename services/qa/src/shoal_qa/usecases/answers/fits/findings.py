"""Findings about answers that are not single classes: annotators, agreement, and accuracy on gold."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.projects.findings import Findings, findings_of
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import ProjectVotes
from shoal_qa.domain.votes.arrays import name_votes
from shoal_qa.usecases.answers.differences.agreement import (
    MOST_PAIRS,
    affordable_pairs,
    answer_agreement,
    jobs_to_compare,
)
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.answers.differences.nearness import Triple, settled_votes
from shoal_qa.usecases.answers.fits.job_beliefs import merge_votes
from shoal_qa.usecases.answers.kinds import answer_of_kind

SEED = 0  # of the random pairs of answers that estimate chance


def answer_findings(votes: ProjectVotes, schema: LabelSchema, fit: ProjectFit) -> Findings:
    """Return the findings about votes, by the fit of these votes.

    For annotators, a vote near its job's gold, or else near the job's merged answer by the fit, equals it.
    """
    triples = settled_votes(votes.triples, _right_answers(votes, schema, fit), schema)
    gold = {job: text for job, text in votes.gold.items() if text.startswith("{")}
    named = name_votes(triples, sorted({text for *_, text in triples} | set(gold.values())))
    findings = findings_of(
        named.votes,
        named.gold_classes(gold),
        seconds=votes.times(),
        annotators=named.annotators,
        fitted=None,
    )
    return replace(findings, alpha=project_alpha(votes.triples, schema))


def project_alpha(triples: Sequence[Triple], schema: LabelSchema) -> float | None:
    """Return Krippendorff's alpha with the distance of the kind; None if answers cannot vary.

    triples: (job, annotator, canonical text). Of large projects it is that of a sample of jobs, which does
    not depend on the order of votes; texts of another kind do not count.
    """
    rows = _rows_to_compare(triples, MOST_PAIRS)
    by_text = _answers_of_kind({text for *_, text in rows}, schema)
    rows = [row for row in rows if row[2] in by_text]
    answers = list(by_text.values())
    named = name_votes(_rows_to_compare(rows, affordable_pairs(answers)), list(by_text))
    alpha, _ = answer_agreement(schema, named.votes, answers, rng=np.random.default_rng(SEED))
    return alpha.value


def count_right_answers(schema: LabelSchema, rows: Sequence[Triple]) -> dict[str, tuple[int, int]]:
    """Return (right, answered) by annotator. rows: (annotator, answer, right answer)."""
    right, answered = Counter[str](), Counter[str]()
    for annotator, answer, gold in rows:
        answered[annotator] += 1
        right[annotator] += agrees_with(schema, gold, answer)
    return {name: (right[name], count) for name, count in answered.items()}


def _rows_to_compare(triples: Sequence[Triple], pairs: int) -> Sequence[Triple]:
    """Return the votes of some jobs with about `pairs` pairs; of huge jobs those of the first annotators."""
    most = 2 + int((2 * pairs) ** 0.5)
    rows: list[Triple] = []
    jobs = jobs_to_compare(Counter(job for job, *_ in triples), pairs)
    for _, of_job in groupby(sorted(triple for triple in triples if triple[0] in jobs), itemgetter(0)):
        rows += islice(of_job, most)
    return rows


def _answers_of_kind(texts: Collection[str], schema: LabelSchema) -> dict[str, Answer]:
    """Return the answers of the schema's kind by their canonical texts, sorted."""
    answers = {text: answer_of_kind(schema, text) for text in sorted(texts)}
    return {text: answer for text, answer in answers.items() if answer is not None}


def _right_answers(votes: ProjectVotes, schema: LabelSchema, fit: ProjectFit) -> dict[str, str]:
    """Return the gold answer of each job, or else the merged one; none of jobs without a readable vote."""
    by_job: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for job, annotator, text in votes.triples:
        if job not in votes.gold:
            by_job[job].append((annotator, text))
    merged = merge_votes([JobVotes(rows, most=len(rows)) for rows in by_job.values()], schema, fit)
    pairs = zip(by_job, merged, strict=True)
    return {**votes.gold, **{job: canonical_answer(one.answer) for job, one in pairs if one is not None}}
