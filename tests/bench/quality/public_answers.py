"""Public crowds whose classes are a scale or a yes and no, read as ratings and as sets of one class.

None of the public sets has boxes, spans, rankings or texts.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from tests.bench.quality.answer_methods import answers_of_jobs, given_answers, methods_of
from tests.bench.quality.answers import distances_of, measure_answers
from tests.bench.quality.crowds import FOLDER

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import ClassesAnswer, RatingAnswer
from shoal.contracts.label_schemas import LabelClass, LabelSchema, MultiChoiceSchema, RatingSchema
from shoal_qa.usecases.answers.differences.distances import tolerance_of
from shoal_qa.usecases.answers.fits.fitting import fit_answers
from unit.qa.simulated_answers import Project

KINDS = {"web": "rating", "rte": "multi_choice", "bluebirds": "multi_choice", "zencrowd_us": "multi_choice"}
SCHEMAS: dict[str, LabelSchema] = {
    "rating": RatingSchema(low=0, high=4),
    "multi_choice": MultiChoiceSchema(classes=(LabelClass(name="yes"),)),
}
GOLD, DRAWS, SURE = 50, range(3), 0.9
HEADS = ("crowd", "read as", "method", "right, %", "promised, %", "right at 0.9 and above, %", "time")
err = Console(stderr=True)


def tables() -> Iterator[str]:
    """Yield the table of crowds so far; nothing without the sets."""
    rows = [f"| {' | '.join(HEADS)} |", "|" + " --- |" * len(HEADS)]
    for name, kind in KINDS.items():
        if (FOLDER / name).is_dir():
            rows += _rows_of(name, kind, read_project(FOLDER / name, kind))
            yield "\n".join(rows)


def read_project(folder: Path, kind: str) -> Project:
    """Return the tasks with a known truth; of an annotator's votes on a task the first."""
    truth = {row["task"]: _answer_text(kind, row["label"]) for row in _read_rows(folder / "truth.csv")}
    votes = reversed(_read_rows(folder / "labels.csv"))
    first = {(row["task"], row["worker"]): _answer_text(kind, row["label"]) for row in votes}
    triples = [(task, worker, text) for (task, worker), text in sorted(first.items()) if task in truth]
    voted = {task for task, _, _ in triples}
    return Project(SCHEMAS[kind], triples, {task: text for task, text in truth.items() if task in voted})


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _answer_text(kind: str, label: str) -> str:
    if kind == "rating":
        return canonical_answer(RatingAnswer(value=int(label)))
    return canonical_answer(ClassesAnswer(labels=("yes",) if int(label) else ()))


def _rows_of(name: str, kind: str, project: Project) -> Iterator[str]:
    whole = 0.0
    for method, merge in methods_of(kind).items():
        err.print(f"answers of {name}: {method}")
        found = measure_answers(project, merge(project))
        promised = _promises_of(project) if not whole else " | "
        whole = whole or found.seconds
        time = f"{found.seconds:.2f} s" if whole == found.seconds else f"{found.seconds / whole:.2g} x"
        yield f"| {name} | {kind} | {method} | {100 * found.right:.1f} | {promised} | {time} |"


def _promises_of(project: Project) -> str:
    """Return the mean probability of labels, and the share of right ones of those at SURE and above.

    The jobs are those without gold: GOLD others at random calibrate.
    """
    annotators, jobs = given_answers(project)
    texts = [project.truth[job] for job in answers_of_jobs(project)]
    excess, sure = [], []
    for draw in DRAWS:
        gold = np.random.default_rng(draw).permutation(len(jobs))[:GOLD].tolist()
        known = {number: parse_canonical(texts[number]) for number in gold}
        fit = fit_answers(project.schema, jobs, known, annotators=annotators)
        merged = [canonical_answer(answer) for answer in fit.answers]
        right = distances_of(project, merged) <= tolerance_of(project.schema)
        rest = np.setdiff1d(np.arange(len(jobs)), gold)
        excess.append(fit.probability[rest].mean())
        sure.append(right[rest][fit.probability[rest] >= SURE].mean())
    return f"{100 * np.mean(excess):.1f} | {100 * np.nanmean(sure):.1f}"
