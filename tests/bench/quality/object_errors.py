"""Errors of labels that are not single classes, beside cleanlab on the same labels and predictions."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cleanlab.multilabel_classification import get_label_quality_scores as sets_quality
from cleanlab.object_detection.rank import get_label_quality_scores as boxes_quality
from cleanlab.regression.rank import get_label_quality_scores as numbers_quality
from cleanlab.token_classification.rank import get_label_quality_scores as tokens_quality
from rich.console import Console
from sklearn.metrics import average_precision_score

from shoal.answers import canonical_answer, parse_canonical
from shoal_qa.usecases.answers.differences.distances import answer_distance, distances_between, tolerance_of
from shoal_qa.usecases.label_errors.by_predictions import errors_by_predictions
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel, errors_by_votes
from shoal_qa.usecases.label_errors.doubts import wrong_tasks
from unit.qa.medoids import find_medoid
from unit.qa.simulated_answers import KINDS, simulate_project
from unit.qa.simulated_errors import MODELS, NAMES, WORDS, Case, simulate_case
from unit.qa.simulated_parts import number_case, set_case

SEEDS, TASKS, LETTERS = range(5), 1000, 6
err = Console(stderr=True)


@dataclass(frozen=True)
class Found:
    """doubt: (labels,), higher for labels that are more likely wrong."""

    doubt: "np.ndarray"
    seconds: float


def tables() -> Iterator[str]:
    """Yield the table so far: average precision of labels with an error, means over SEEDS."""
    rows = [
        "| labels | judged by | method | average precision | processor s |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in ("boxes", "spans"):
        for name, model in MODELS.items():
            cases = [simulate_case(kind, model, tasks=TASKS, seed=seed) for seed in SEEDS]
            rows += _lines(
                kind, name, cases, "ObjectLab" if kind == "boxes" else "token scores", _PEERS[kind]
            )
            yield "\n".join(rows)
    for kind, make in (("sets of classes", set_case), ("numbers", number_case)):
        cases = [make(seed, labels=TASKS) for seed in SEEDS]
        name = "multi-label scores" if kind == "sets of classes" else "regression scores"
        rows += _lines(kind, "a model", cases, name, _PEERS[kind])
        yield "\n".join(rows)
    for kind in KINDS:
        rows += _lines_by_votes(kind)
        yield "\n".join(rows)


def _lines(
    kind: str, judge: str, cases: Sequence[Case], peer: str, work: Callable[[Case], Found]
) -> list[str]:
    err.print(f"label errors: {kind}, {judge}")
    methods = {"**Shoal**": _by_predictions, f"cleanlab {peer}": work}
    lines = []
    for method, judge_case in methods.items():
        found = [judge_case(case) for case in cases]
        bad = [[bool(errors) for errors in case.wrong] for case in cases]
        lines.append(f"| {kind} | {judge} | {method} | {_mean_precision(bad, found)}")
    return lines


def _mean_precision(bad: Sequence[Any], found: Sequence[Found]) -> str:
    precision = [average_precision_score(b, f.doubt) for b, f in zip(bad, found, strict=True)]
    return f"{np.mean(precision):.3f} | {np.mean([f.seconds for f in found]):.2f} |"


def _by_predictions(case: Case) -> Found:
    start = time.process_time()
    doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
    doubt = wrong_tasks(doubts, len(case.labels))
    return Found(doubt, time.process_time() - start)


def _timed(work: Callable[[], Any]) -> Found:
    start = time.process_time()
    quality = np.asarray(work(), np.float64)
    return Found(1 - quality, time.process_time() - start)


def objectlab_inputs(case: Case) -> tuple[list[dict[str, Any]], list["np.ndarray"]]:
    """Return labels and predictions as cleanlab's object detection wants them, in pixels."""
    labels, predictions = [], []
    for label, said in zip(case.labels, case.predictions, strict=True):
        ends = np.array([_corners(b) for b in label.boxes]).reshape(-1, 4)  # type: ignore[union-attr]
        names = [NAMES.index(b.label) for b in label.boxes]  # type: ignore[union-attr]
        labels.append({"bboxes": ends, "labels": np.array(names, int)})
        of_class: list[list[Any]] = [[] for _ in NAMES]
        for b, score in zip(said.answer.boxes, said.scores, strict=True):  # type: ignore[union-attr]
            of_class[NAMES.index(b.label)].append([*_corners(b), score])
        out = np.empty(len(NAMES), object)
        out[:] = [np.array(rows).reshape(-1, 5) for rows in of_class]
        predictions.append(out)
    return labels, predictions


def _corners(box: Any) -> list[float]:
    return [640 * end for end in (box.left, box.top, box.right, box.bottom)]


def _objectlab(case: Case) -> Found:
    inputs = objectlab_inputs(case)
    return _timed(lambda: boxes_quality(*inputs, verbose=False))


def token_inputs(case: Case) -> tuple[list[list[int]], list["np.ndarray"]]:
    """Return the class of each token by the label, and probabilities by the predicted spans; 0 is none."""
    labels, probabilities = [], []
    for label, said in zip(case.labels, case.predictions, strict=True):
        of_token = [0] * WORDS
        for span in label.spans:  # type: ignore[union-attr]
            for word in range(span.start // LETTERS, min((span.end + 1) // LETTERS, WORDS)):
                of_token[word] = NAMES.index(span.label) + 1
        p = np.zeros((WORDS, len(NAMES) + 1))
        for span, score in zip(said.answer.spans, said.scores, strict=True):  # type: ignore[union-attr]
            words = slice(span.start // LETTERS, (span.end + 1) // LETTERS)
            column = p[words, NAMES.index(span.label) + 1]
            np.maximum(column, score, out=column)
        p[:, 0] = 1 - p[:, 1:].max(axis=1)
        labels.append(of_token)
        probabilities.append(p / p.sum(axis=1, keepdims=True))
    return labels, probabilities


def _token_scores(case: Case) -> Found:
    inputs = token_inputs(case)
    return _timed(lambda: tokens_quality(*inputs)[0])


def _set_scores(case: Case) -> Found:
    names = sorted({name for said in case.predictions for name in said.answer.labels})  # type: ignore[union-attr]
    given = [[names.index(name) for name in label.labels] for label in case.labels]  # type: ignore[union-attr]
    scores = np.array([said.scores for said in case.predictions])
    return _timed(lambda: sets_quality(given, scores))


def _number_scores(case: Case) -> Found:
    given = np.array([label.value for label in case.labels])  # type: ignore[union-attr]
    predicted = np.array([said.answer.value for said in case.predictions])  # type: ignore[union-attr]
    return _timed(lambda: numbers_quality(given, predicted))


_PEERS: dict[str, Callable[[Case], Found]] = {
    "boxes": _objectlab,
    "spans": _token_scores,
    "sets of classes": _set_scores,
    "numbers": _number_scores,
}


def _lines_by_votes(kind: str) -> list[str]:
    err.print(f"label errors: {kind}, three votes")
    ours, theirs, bad = [], [], []
    for seed in SEEDS:
        labels, wrong, schema = votes_case(kind, seed)
        start = time.process_time()
        doubts = errors_by_votes(schema, labels, annotators=30)
        ours.append(Found(wrong_tasks(doubts, len(labels)), time.process_time() - start))
        start = time.process_time()
        distance = np.array([_distance_from_medoid(schema, one) for one in labels])
        theirs.append(Found(distance, time.process_time() - start))
        bad.append(wrong)
    head = f"| {kind} | three votes |"
    return [
        f"{head} **Shoal** | {_mean_precision(bad, ours)}",
        f"{head} distance from the medoid of the votes | {_mean_precision(bad, theirs)}",
    ]


def votes_case(kind: str, seed: int) -> tuple[list[JudgedLabel], list[bool], Any]:
    """Return labels of which some are by a careless person, whether they are wrong, and the schema."""
    project = simulate_project(kind, jobs=TASKS // 2, annotators=30, votes=3, seed=seed)
    rng = np.random.default_rng(1000 + seed)
    answer, schema = KINDS[kind][2], project.schema
    number = {name: at for at, name in enumerate(sorted({who for _, who, _ in project.triples}))}
    votes = defaultdict(list)
    for job, who, text in project.triples:
        votes[job].append((number[who], parse_canonical(text)))
    labels, wrong = [], []
    for job, text in sorted(project.truth.items()):
        truth = parse_canonical(text)
        label = answer(rng, truth, 0.7) if rng.random() < 0.3 else truth
        wrong.append(answer_distance(schema, canonical_answer(label), text) > tolerance_of(schema))
        people, answers = zip(*votes[job], strict=True)
        labels.append(JudgedLabel(label=label, annotator=people, votes=answers))
    return labels, wrong, schema


def _distance_from_medoid(schema: Any, judged: JudgedLabel) -> float:
    texts = [canonical_answer(vote) for vote in judged.votes]
    medoid = find_medoid(distances_between(schema, texts), texts, tolerance_of(schema)).member
    return answer_distance(schema, canonical_answer(judged.label), texts[medoid])
