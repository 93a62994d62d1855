"""Votes with their truth: simulated crowds of many kinds, a large one, and the public sets."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays, name_votes

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "crowd"
SETS = ("bluebirds", "rte", "web", "weather_cf", "music_genre", "zencrowd_us")
err = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Votes and the truth of each task, or UNKNOWN."""

    name: str
    votes: VoteArrays
    truth: "np.ndarray"

    def save(self, folder: Path) -> None:
        """Write the files that the other library's process reads."""
        for name in ("task", "annotator", "label"):
            np.save(folder / f"{name}.npy", getattr(self.votes, name))
        np.save(folder / "truth.npy", self.truth)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a simulated crowd errs.

    skill: lowest and highest share of right answers. spam: share of annotators who answer at random. hard:
    share of tasks on which skill is halved and everybody's errors go to the same wrong class. bias: share of
    errors that go to the next class instead of any. skew: frequency of the first class over that of the last.
    busy: exponent of votes per annotator, 0 for equal shares.
    """

    name: str
    classes: int = 3
    tasks: int = 500
    annotators: int = 60
    votes: int = 5
    skill: tuple[float, float] = (0.5, 0.95)
    spam: float = 0.0
    hard: float = 0.0
    bias: float = 0.0
    skew: float = 1.0
    busy: float = 0.0


KINDS = (
    Kind("honest, 2 classes", classes=2),
    Kind("honest, 10 classes", classes=10, skill=(0.4, 0.9)),
    Kind("a third spam", spam=0.33),
    Kind("errors of one kind", classes=4, bias=0.9, skill=(0.4, 0.8)),
    Kind("hard tasks", hard=0.3),
    Kind("skew 20", classes=2, skew=20, skill=(0.6, 0.95)),
    Kind("skew 20, 5 classes, spam", classes=5, skew=20, spam=0.2),
    Kind("800 annotators, few votes each", annotators=800, votes=4, busy=1.0, classes=5),
    Kind("2 votes a task", votes=2),
    Kind("20 votes a task, weak", votes=20, skill=(0.34, 0.6), tasks=300),
    Kind("50 classes", classes=50, skill=(0.4, 0.9)),
)


def simulate(kind: Kind, seed: int) -> Crowd:
    """Return a crowd of that kind."""
    rng = np.random.default_rng(seed)
    shares = kind.skew ** -(np.arange(kind.classes) / max(kind.classes - 1, 1))
    truth = rng.choice(kind.classes, kind.tasks, p=shares / shares.sum())
    weight = (1 + np.arange(kind.annotators)) ** -kind.busy
    keys = np.log(weight) + rng.gumbel(size=(kind.tasks, kind.annotators))
    annotator = np.argpartition(-keys, kind.votes - 1, axis=1)[:, : kind.votes].ravel()
    task = np.repeat(np.arange(kind.tasks), kind.votes)
    skill = rng.uniform(*kind.skill, kind.annotators)
    hard = rng.random(kind.tasks) < kind.hard
    trap = (truth + rng.integers(1, kind.classes, kind.tasks)) % kind.classes
    right = rng.random(len(task)) < skill[annotator] * np.where(hard[task], 0.5, 1)
    anywhere = (truth[task] + rng.integers(1, kind.classes, len(task))) % kind.classes
    following = (truth[task] + 1) % kind.classes
    wrong = np.where(rng.random(len(task)) < kind.bias, following, anywhere)
    wrong = np.where(hard[task], trap[task], wrong)
    label = np.where(right, truth[task], wrong)
    spam = rng.random(kind.annotators) < kind.spam
    label = np.where(spam[annotator], rng.integers(kind.classes, size=len(task)), label)
    return Crowd(
        kind.name, _votes(task, annotator, label, annotators=kind.annotators, classes=kind.classes), truth
    )


def large(votes: int, per_task: int = 10, annotators: int = 1000, classes: int = 5, seed: int = 0) -> Crowd:
    """Return a large crowd in random order: skills from 0.4 to 0.9, errors that go anywhere."""
    rng = np.random.default_rng(seed)
    tasks = votes // per_task
    truth = rng.integers(classes, size=tasks, dtype=np.int32)
    step = annotators // per_task
    first = rng.integers(annotators, size=tasks, dtype=np.int32)
    annotator = ((first[:, None] + step * np.arange(per_task, dtype=np.int32)) % annotators).ravel()
    task = np.repeat(np.arange(tasks, dtype=np.int32), per_task)
    right = rng.random(votes) < rng.uniform(0.4, 0.9, annotators)[annotator]
    label = np.where(right, truth[task], rng.integers(classes, size=votes, dtype=np.int32))
    order = rng.permutation(votes)
    return Crowd(
        "large",
        _votes(task[order], annotator[order], label[order], annotators=annotators, classes=classes),
        truth,
    )


def public() -> Iterator[Crowd]:
    """Yield every public set that is present; report the others on stderr."""
    for name in SETS:
        if (FOLDER / name).is_dir():
            yield _read(name)
        else:
            err.print(f"LEFT OUT {name}: no folder {FOLDER / name}")


def _read(name: str) -> Crowd:
    """Return a set, the first of several votes of an annotator on a task."""
    first = {(row["task"], row["worker"]): row["label"] for row in reversed(_rows(name, "labels"))}
    named = name_votes((task, annotator, label) for (task, annotator), label in first.items())
    answers = {row["task"]: row["label"] for row in _rows(name, "truth")}
    truth = named.gold_classes(answers)
    if not (truth != UNKNOWN).any():
        raise RuntimeError(f"{name}: no task with votes has a truth")
    return Crowd(name, named.votes, truth)


def _rows(name: str, table: str) -> list[dict[str, str]]:
    with (FOLDER / name / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _votes(
    task: "np.ndarray", annotator: "np.ndarray", label: "np.ndarray", *, annotators: int, classes: int
) -> VoteArrays:
    return VoteArrays(
        task=task.astype(np.int32),
        annotator=annotator.astype(np.int32),
        label=label.astype(np.int32),
        tasks=int(task.max()) + 1,
        annotators=annotators,
        classes=classes,
    )
