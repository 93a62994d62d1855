"""Merged answers of every kind: how often they are right, and how long it takes, beside what people use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from tests.bench.quality.answer_methods import Merged, methods_of

from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from unit.qa.simulated_answers import Project, simulate_project

SEEDS, JOBS, ANNOTATORS = range(1), 300, 30
FEWER_JOBS = {"polygons": 100, "outlines": 100}  # models of masks take minutes for more
KINDS = (
    "multi_choice", "boxes", "polygons", "outlines", "spans", "ranking", "pair", "number", "rating", "text",
)  # fmt: skip
EASY, HARD = (0.7, 0.97), (0.4, 0.85)  # skills of annotators
CROWDS = {"easy, 3": (EASY, 3), "easy, 5": (EASY, 5), "hard, 3": (HARD, 3), "hard, 5": (HARD, 5)}
err = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """right: share within the tolerance. distance: mean, from the right answers. seconds: of a project."""

    right: float
    distance: float
    seconds: float


def tables() -> Iterator[str]:
    """Yield the table of kinds so far: right answers in each crowd, means over SEEDS, and times."""
    rows = [
        f"| kind | method | {' | '.join(CROWDS)} | mean | distance | time |",
        "| --- | --- |" + " --- |" * (len(CROWDS) + 3),
    ]
    for kind in KINDS:
        rows += _rows_of(kind)
        yield "\n".join(rows)


def _rows_of(kind: str) -> Iterator[str]:
    crowds = [
        [
            simulate_project(
                kind,
                jobs=FEWER_JOBS.get(kind, JOBS),
                annotators=ANNOTATORS,
                votes=votes,
                seed=seed,
                skills=skills,
            )
            for seed in SEEDS
        ]
        for skills, votes in CROWDS.values()
    ]
    whole = 0.0
    for method, merge in methods_of(kind).items():
        err.print(f"answers: {kind}, {method}")
        found = [[measure_answers(project, merge(project)) for project in crowd] for crowd in crowds]
        right = [float(np.mean([one.right for one in crowd])) for crowd in found]
        distance = float(np.mean([one.distance for crowd in found for one in crowd]))
        seconds = float(np.mean([one.seconds for crowd in found for one in crowd]))
        whole = whole or seconds
        time = f"{seconds:.2f} s" if whole == seconds else f"{seconds / whole:.2g} x"
        shares = " | ".join(f"{100 * share:.1f}" for share in [*right, float(np.mean(right))])
        yield f"| {kind} | {method} | {shares} | {distance:.3f} | {time} |"


def measure_answers(project: Project, merged: Merged) -> Measure:
    """Return how good merged answers of a project are."""
    distance = distances_of(project, merged[0])
    least = tolerance_of(project.schema)
    return Measure(float(np.mean(distance <= least)), float(np.mean(distance)), merged[1])


def distances_of(project: Project, texts: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return the distance of each merged answer from the right one: (jobs,), in order of jobs."""
    pairs = zip(sorted(project.truth), texts, strict=True)
    return np.array([answer_distance(project.schema, project.truth[job], text) for job, text in pairs])
