"""Errors of labels of every kind, found with the votes of people.

The label is one more answer beside the votes, of an annotator who labelled everything. A fit of all claims
(usecases/answers) says how probable each of them is, so that votes count by the skill of who gave them, and
the labels by theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.claims import JobClaims, claim_votes
from shoal_qa.domain.answers.model import answer_weights, believed_claims, fit_claims
from shoal_qa.domain.label_errors.places import misplaced_labels
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.claims.class_sets import ClassSets
from shoal_qa.usecases.answers.claims.objects import SeenObject
from shoal_qa.usecases.answers.claims.readings import Reading, read_answers
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.fits.beliefs import claims_of
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, objects_of
from shoal_qa.usecases.answers.merged import Merged
from shoal_qa.usecases.answers.models.own_models import OWN_MODELS
from shoal_qa.usecases.label_errors.doubts import LEAST_MISSING, Doubt, ErrorKind, object_doubt

LABEL = 0  # number of the label among the answers of its job


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLabel:
    """A label and the votes on its task. annotator: (votes,), numbers.

    derived: whether the label is the consensus of these votes, and so no evidence of its own.
    """

    label: Answer
    annotator: Sequence[int]
    votes: Sequence[Answer]
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A label among its votes. believed: (claims,). weight: (answers,)."""

    task: int
    label: Answer
    reading: Reading
    believed: Floats
    weight: Floats


def errors_by_votes(
    schema: LabelSchema, labels: Sequence[JudgedLabel], *, annotators: int, model: str = "auto"
) -> list[Doubt]:
    """Return the doubts about labels that have votes. annotators: number of those who voted.

    One doubt for each object or class of a label and for each one that it may lack; of whole answers, such as
    numbers and texts, one for each label.
    """
    tasks = [task for task, judged in enumerate(labels) if judged.votes]
    if not tasks:
        return []
    jobs = [
        GivenAnswers(
            annotator=[annotators, *labels[task].annotator],
            answers=[labels[task].label, *labels[task].votes],
        )
        for task in tasks
    ]
    if schema.kind in OWN_MODELS:
        return _own_doubts(schema, [labels[task] for task in tasks], tasks, jobs=jobs, annotators=annotators)
    readings = [read_answers(schema, job.answers) for job in jobs]
    claims = claims_of(readings, jobs)
    evidence = [
        _votes_alone(job) if labels[task].derived else job for task, job in zip(tasks, claims, strict=True)
    ]
    unclaimed = max(reading.unclaimed for reading in readings)
    fitted, _ = fit_claims(evidence, annotators + 1, model=model, unclaimed=unclaimed)
    believed = believed_claims(fitted.log_posterior(claim_votes(evidence, fitted.annotators)), evidence)
    weights = answer_weights(fitted)
    judged = [
        _Judged(
            task=task,
            label=labels[task].label,
            reading=reading,
            believed=part,
            weight=weights[of_job.annotator],
        )
        for task, reading, part, of_job in zip(tasks, readings, believed, claims, strict=True)
    ]
    if schema.kind == "multi_choice":
        return [doubt for one in judged for doubt in _class_doubts(one)]
    if schema.kind in OBJECT_KINDS:
        return _object_doubts(judged, tolerance_of(schema))
    return [_whole_doubt(one) for one in judged]


def _own_doubts(
    schema: LabelSchema,
    labels: Sequence[JudgedLabel],
    tasks: Sequence[int],
    *,
    jobs: Sequence[GivenAnswers],
    annotators: int,
) -> list[Doubt]:
    """Return the doubts about answers with a model of their own.

    The model says how probable the label is; if it cannot, the distance from the merged answer does.
    """
    evidence = [
        GivenAnswers(annotator=job.annotator[1:], answers=job.answers[1:]) if label.derived else job
        for label, job in zip(labels, jobs, strict=True)
    ]
    own, answers = OWN_MODELS[schema.kind], [label.label for label in labels]
    parts = own.fit(schema, evidence, annotators + 1)
    merged = own.merge(schema, evidence, parts)
    near = own.near(schema, evidence, parts, answers) if own.near else _near_merged(schema, answers, merged)
    out = []
    for task, label, belief, right in zip(tasks, answers, merged, near, strict=True):
        better = None if canonical_answer(label) == canonical_answer(belief.answer) else belief.answer
        out.append(Doubt(task=task, error="answer", wrong=1 - right, label=label, suggestion=better))
    return out


def _near_merged(schema: LabelSchema, labels: Sequence[Answer], merged: Sequence[Merged]) -> list[float]:
    """Return the probability that each label is right.

    With p the probability of the merged answer, a label within the tolerance is right with p, and one at d
    times the tolerance with (1 - p) / d.
    """
    least, near = tolerance_of(schema), []
    for label, belief in zip(labels, merged, strict=True):
        distance = answer_distance(schema, canonical_answer(label), canonical_answer(belief.answer))
        p = belief.probability
        near.append(p if distance <= least else (1 - p) * least / distance)
    return near


def _votes_alone(job: JobClaims) -> JobClaims:
    """Return the claims of a job without those of its label, which comes first."""
    claims = replace(job.claims, assent=job.claims.assent[1:], opinion=job.claims.opinion[1:])
    return JobClaims(claims=claims, annotator=job.annotator[1:])


def _class_doubts(judged: _Judged) -> list[Doubt]:
    reading: Any = judged.reading
    assert isinstance(reading, ClassSets)
    choices = reading.claims.assent[LABEL].tolist()
    out = []
    for name, is_chosen, believed in zip(reading.names, choices, judged.believed.tolist(), strict=True):
        if is_chosen:
            out.append(Doubt(task=judged.task, error="spurious", wrong=1 - believed, label=name))
        elif believed >= LEAST_MISSING:
            out.append(Doubt(task=judged.task, error="missing", wrong=believed, suggestion=name))
    return out


def _object_doubts(judged: Sequence[_Judged], tolerance: float) -> list[Doubt]:
    sights: list[tuple[_Judged, SeenObject]] = []
    for one in judged:
        reading: Any = one.reading
        sights += [(one, item) for item in reading.objects_beside(LABEL, one.believed, one.weight)]
    misplaced = misplaced_labels(np.array([1 - item.overlap for _, item in sights]), tolerance)
    out = []
    for (one, item), far in zip(sights, misplaced.tolist(), strict=True):
        if item.part is None:
            if item.present >= LEAST_MISSING:
                out.append(Doubt(task=one.task, error="missing", wrong=item.present, suggestion=item.merged))
            continue
        label = objects_of(one.label)[item.part]
        kinds: Mapping[ErrorKind, float] = {
            "spurious": 1 - item.present,
            "class": item.present * (1 - _class_share(item.classes, label.label)),
            "place": far,
        }
        out.append(object_doubt(one.task, item.part, label, kinds=kinds, better=item.merged))
    return out


def _class_share(classes: Mapping[str, float], name: str) -> float:
    return classes[name] / max(sum(classes.values()), 1e-9)


def _whole_doubt(judged: _Judged) -> Doubt:
    """Return the doubt about an answer: it is right if a claim that it supports is."""
    supported = judged.reading.claims.assent[LABEL]
    right = float(judged.believed[supported].max(initial=0.0))
    better = judged.reading.merge(judged.believed, judged.weight).answer
    same = canonical_answer(better) == canonical_answer(judged.label)
    return Doubt(
        task=judged.task,
        error="answer",
        wrong=1 - right,
        label=judged.label,
        suggestion=None if same else better,
    )
