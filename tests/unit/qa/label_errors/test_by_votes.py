"""Errors of labels of every kind, by the votes of simulated people."""

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from shoal.answers import canonical_answer, parse_canonical
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel, errors_by_votes
from shoal_qa.usecases.label_errors.doubts import ranked_doubts, wrong_tasks
from unit.qa.simulated_answers import KINDS, simulate_project


def judged_labels(
    kind: str, *, jobs: int, seed: int = 1
) -> tuple[Any, list[JudgedLabel], np.ndarray, list[Any]]:
    """Return the schema, labels of which some are wrong, whether they are, and the truth."""
    project = simulate_project(kind, jobs=jobs, annotators=20, votes=3, seed=seed)
    rng = np.random.default_rng(7 + seed)
    answer = KINDS[kind][2]
    number = {name: at for at, name in enumerate(sorted({who for _, who, _ in project.triples}))}
    votes = defaultdict(list)
    for job, who, text in project.triples:
        votes[job].append((number[who], parse_canonical(text)))
    labels, wrong, truths = [], [], []
    for job, text in sorted(project.truth.items()):
        truth = parse_canonical(text)
        label = answer(rng, truth, 0.6) if rng.random() < 0.4 else truth
        distance = answer_distance(project.schema, canonical_answer(label), text)
        wrong.append(distance > tolerance_of(project.schema))
        truths.append(truth)
        labels.append(
            JudgedLabel(
                label=label, annotator=[who for who, _ in votes[job]], votes=[v for _, v in votes[job]]
            )
        )
    return project.schema, labels, np.array(wrong), truths


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_labels_come_first(kind: str) -> None:
    schema, labels, wrong, _ = judged_labels(kind, jobs=150)
    doubt = wrong_tasks(errors_by_votes(schema, labels, annotators=20), len(labels))
    assert average_precision_score(wrong, doubt) > max(0.45, 4 * wrong.mean())
    assert doubt[wrong].mean() > doubt[~wrong].mean() + 0.3


@pytest.mark.parametrize("kind", ["number", "text", "ranking", "pair", "rating"])
def test_whole_answers_get_one_doubt_and_a_better_answer(kind: str) -> None:
    schema, labels, wrong, truths = judged_labels(kind, jobs=150)
    doubts = errors_by_votes(schema, labels, annotators=20)
    assert [doubt.task for doubt in doubts] == list(range(len(labels)))
    sure = [doubt for doubt in doubts if wrong[doubt.task] and doubt.wrong > 0.5]
    assert len(sure) > wrong.sum() / 3
    better = [
        answer_distance(schema, canonical_answer(doubt.suggestion), canonical_answer(truths[doubt.task]))
        <= tolerance_of(schema)
        for doubt in sure
    ]
    assert np.mean(better) > 0.8


def test_labels_without_votes_are_not_judged() -> None:
    schema, labels, _, _ = judged_labels("boxes", jobs=40)
    bare = [JudgedLabel(label=one.label, annotator=[], votes=[]) for one in labels[:10]]
    doubts = errors_by_votes(schema, [*bare, *labels[10:]], annotators=20)
    assert min(doubt.task for doubt in doubts) >= 10
    assert errors_by_votes(schema, bare, annotators=20) == []


@pytest.mark.parametrize("kind", ["boxes", "polygons", "spans"])
def test_an_object_that_all_voters_marked_is_missing_and_one_that_none_did_is_spurious(kind: str) -> None:
    schema, labels, _, truths = judged_labels(kind, jobs=120)
    at = next(task for task, truth in enumerate(truths) if len(getattr(truth, kind)) == 2)
    other = next(task for task, truth in enumerate(truths) if len(getattr(truth, kind)) == 0)
    one, extra = getattr(truths[at], kind)
    lacking = truths[at].model_copy(update={kind: (one,)})
    inventing = truths[other].model_copy(update={kind: (extra,)})
    labels[at] = JudgedLabel(label=lacking, annotator=[0, 1, 2], votes=[truths[at]] * 3)
    labels[other] = JudgedLabel(label=inventing, annotator=[0, 1, 2], votes=[truths[other]] * 3)
    doubts = ranked_doubts(errors_by_votes(schema, labels, annotators=20))
    missing = next(doubt for doubt in doubts if doubt.task == at)
    assert (missing.error, missing.part, missing.suggestion) == ("missing", None, extra)
    spurious = next(doubt for doubt in doubts if doubt.task == other)
    assert (spurious.error, spurious.part, spurious.label) == ("spurious", 0, extra)
    assert min(missing.wrong, spurious.wrong) > 0.7
