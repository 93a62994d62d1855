"""Ways to merge the answers of a simulated project: Shoal's, plain ones, and those of other libraries.

Seconds are of the processor: the machine has other work, and waits would fall on some method or other.
"""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.bench.quality.overlap_quorum import merge_by_quorum
from tests.bench.quality.process import answers_by

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import (
    Answer,
    BoxesAnswer,
    ClassesAnswer,
    NumberAnswer,
    PairAnswer,
    PolygonsAnswer,
    RankingAnswer,
    RatingAnswer,
    Span,
    SpansAnswer,
    TextAnswer,
)
from shoal_qa.usecases.answers.differences.distances import distances_between, tolerance_of
from shoal_qa.usecases.answers.fits.fitting import fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from unit.qa.medoids import find_medoid
from unit.qa.simulated_answers import TEXT, Project, simulate_project

Merged = tuple[list[str], float]
"""Canonical texts of the merged answers in order of jobs, and seconds."""

MASKS = tuple(
    f"crowd-kit {name}" for name in ("SegmentationMajorityVote", "SegmentationEM", "SegmentationRASA")
)
PEERS = {
    "multi_choice": ("crowd-kit MajorityVote by class", "crowd-kit DawidSkene by class"),
    "boxes": ("datumaro IntersectMerge",),
    "polygons": ("datumaro IntersectMerge", *MASKS),
    "outlines": ("datumaro IntersectMerge", *MASKS),
    "spans": ("crowd-kit MajorityVote by word", "crowd-kit DawidSkene by word"),
    "ranking": ("crowd-kit BradleyTerry", "crowd-kit NoisyBradleyTerry"),
    "pair": (
        "crowd-kit MajorityVote",
        "crowd-kit DawidSkene",
        "crowd-kit BradleyTerry",
        "crowd-kit NoisyBradleyTerry",
    ),
    "rating": ("crowd-kit MajorityVote", "crowd-kit DawidSkene"),
    "text": ("crowd-kit ROVER", "crowd-kit TextRASA", "crowd-kit TextHRRASA"),
}


def methods_of(kind: str) -> dict[str, Callable[[Project], Merged]]:
    """Return the methods that are compared on a kind, Shoal's first."""
    merge_by_claims(simulate_project(kind, jobs=5))  # imports stay outside the clock, as for peers
    found: dict[str, Callable[[Project], Merged]] = {"**Shoal**": merge_by_claims, "medoid": _by_medoid}
    if kind in ("boxes", "polygons", "outlines", "spans"):
        found["overlap and quorum, as CVAT merges"] = _by_quorum
    if kind in ("number", "rating"):
        found |= {name: partial(_by_centre, centre=centre) for name, centre in _CENTRES.items()}
    for name in PEERS.get(kind, ()):
        found[name] = partial(_by_peer, name=name)
    return found


def answers_of_jobs(project: Project) -> dict[str, list[tuple[str, Answer]]]:
    """Return the annotators and answers of each job, in order of jobs."""
    by_job: dict[str, list[tuple[str, Answer]]] = defaultdict(list)
    for job, annotator, text in project.triples:
        by_job[job].append((annotator, parse_canonical(text)))
    return dict(sorted(by_job.items()))


def given_answers(project: Project) -> tuple[int, list[GivenAnswers]]:
    """Return the number of annotators, and the answers of each job, in order of jobs."""
    names = sorted({annotator for _, annotator, _ in project.triples})
    number = {name: index for index, name in enumerate(names)}
    return len(names), [
        GivenAnswers(annotator=[number[who] for who, _ in votes], answers=[answer for _, answer in votes])
        for votes in answers_of_jobs(project).values()
    ]


def merge_by_claims(project: Project) -> Merged:
    """Return Shoal's consensus."""
    annotators, jobs = given_answers(project)
    start = time.process_time()
    fit = fit_answers(project.schema, jobs, {}, annotators=annotators)
    taken = time.process_time() - start
    return [canonical_answer(answer) for answer in fit.answers], taken


def _by_medoid(project: Project) -> Merged:
    jobs = [[canonical_answer(answer) for _, answer in votes] for votes in answers_of_jobs(project).values()]
    start, least = time.process_time(), tolerance_of(project.schema)
    members = [find_medoid(distances_between(project.schema, texts), texts, least).member for texts in jobs]
    taken = time.process_time() - start
    return [texts[member] for texts, member in zip(jobs, members, strict=True)], taken


def _by_quorum(project: Project) -> Merged:
    jobs = [[answer for _, answer in votes] for votes in answers_of_jobs(project).values()]
    start = time.process_time()
    merged = [merge_by_quorum(answers) for answers in jobs]
    taken = time.process_time() - start
    return [canonical_answer(answer) for answer in merged], taken


_CENTRES: dict[str, Callable[[Sequence[float]], Any]] = {"mean": np.mean, "median": np.median}


def _by_centre(project: Project, centre: Callable[[Sequence[float]], Any]) -> Merged:
    jobs: list[list[Any]] = [[answer for _, answer in votes] for votes in answers_of_jobs(project).values()]
    start = time.process_time()
    values = [float(centre([answer.value for answer in job])) for job in jobs]
    taken = time.process_time() - start
    if project.schema.kind == "rating":
        return [canonical_answer(RatingAnswer(value=round(value))) for value in values], taken
    return [canonical_answer(NumberAnswer(value=value)) for value in values], taken


def _by_peer(project: Project, name: str) -> Merged:
    read, make = _VALUES[project.schema.kind]
    rows = [
        (job, who, read(answer)) for job, votes in answers_of_jobs(project).items() for who, answer in votes
    ]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "answers.json").write_text(json.dumps(rows))
        done = answers_by(name, Path(folder))
    if done.failure:
        raise RuntimeError(f"{name}: {done.failure}")
    return [canonical_answer(make(json.loads(text))) for text in done.out.tolist()], done.seconds


_WORD_STARTS = [0, *(at + 1 for at, character in enumerate(TEXT) if character == " "), len(TEXT) + 1]


def _spans_as_words(answer: Any) -> Any:
    """Return the number of words, and the class, first and last word but one of each span."""
    words = [(span.label, _WORD_STARTS.index(span.start), _WORD_STARTS.index(span.end + 1))
             for span in answer.spans]  # fmt: skip
    return [len(_WORD_STARTS) - 1, words]


def _words_as_spans(value: Any) -> Answer:
    ends = [(label, _WORD_STARTS[first], _WORD_STARTS[last] - 1) for label, first, last in value]
    return SpansAnswer(spans=tuple(Span(label=k, start=a, end=b, text=TEXT[a:b]) for k, a, b in ends))


_VALUES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Answer]]] = {
    "multi_choice": (lambda a: list(a.labels), lambda v: ClassesAnswer(labels=tuple(v))),
    "boxes": (lambda a: a.model_dump(mode="json"), BoxesAnswer.model_validate),
    "polygons": (lambda a: a.model_dump(mode="json"), PolygonsAnswer.model_validate),
    "spans": (_spans_as_words, _words_as_spans),
    "ranking": (lambda a: a.order, lambda v: RankingAnswer(order=tuple(map(tuple, v)))),
    "pair": (lambda a: a.choice, lambda v: PairAnswer(choice=v)),
    "rating": (lambda a: a.value, lambda v: RatingAnswer(value=v)),
    "text": (lambda a: a.text, lambda v: TextAnswer(text=v)),
}
