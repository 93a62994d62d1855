"""Public crowd sets with the truth, where a checkout has them beside it (they are not ours to give away)."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays, name_votes

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "crowd"
SETS = ("bluebirds", "music_genre", "rte", "weather_cf", "web", "zencrowd_us")


@cache
def real_crowd(name: str) -> tuple[VoteArrays, Ints]:
    """Return the votes of a set, the first of each annotator on a task, and the truth of each task or
    UNKNOWN.

    Skips the test if the sets are absent.
    """
    if not (FOLDER / name).is_dir():
        pytest.skip(f"needs public crowd sets: folders {', '.join(SETS)} in {FOLDER}")
    first = {(row["task"], row["worker"]): row["label"] for row in reversed(_rows(name, "labels"))}
    answers = {row["task"]: row["label"] for row in _rows(name, "truth")}
    named = name_votes((task, annotator, label) for (task, annotator), label in first.items())
    truth = named.gold_classes(answers)
    assert (truth != UNKNOWN).any()
    return named.votes, truth


def _rows(name: str, table: str) -> list[dict[str, str]]:
    with (FOLDER / name / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def draw_gold(truth: Ints, gold: int, rng: np.random.Generator) -> Ints:
    """Return the answers of `gold` random tasks and UNKNOWN for the others: (tasks,)."""
    answers = np.full(len(truth), UNKNOWN, np.int32)
    drawn = rng.choice(np.flatnonzero(truth != UNKNOWN), gold, replace=False)
    answers[drawn] = truth[drawn]
    return answers
