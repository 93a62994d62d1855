"""What the service finds out about annotators, against the truth of simulated crowds."""

from dataclasses import dataclass

import numpy as np
import pytest

from shoal_qa.domain.annotators.trust import Evidence, TrustRule, next_state
from shoal_qa.domain.models import panel_of
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.projects.findings import findings_of
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from unit.qa.crowds import arrays


@dataclass(frozen=True)
class Kind:
    """A kind of crowd. by_class: how many answers on one class the annotator's overall skill is worth."""

    tasks: int
    annotators: int
    per_task: int
    classes: int
    skill: tuple[float, float]
    by_class: float | None = None


KINDS = (
    Kind(200, 4, 3, 2, (0.65, 0.95)),
    Kind(200, 4, 3, 4, (0.6, 0.95)),
    Kind(200, 4, 2, 4, (0.6, 0.95)),
    Kind(300, 20, 5, 2, (0.55, 0.95)),
    Kind(300, 20, 5, 3, (0.6, 0.95)),
    Kind(300, 20, 3, 8, (0.4, 0.95)),
    Kind(300, 20, 5, 5, (0.3, 0.8)),
    Kind(300, 60, 3, 3, (0.6, 0.98)),
    Kind(300, 20, 5, 3, (0.55, 0.95), by_class=6),
    Kind(500, 10, 4, 5, (0.6, 0.95), by_class=6),
)


def simulate(kind: Kind, gold: float, rng: np.random.Generator) -> tuple[VoteArrays, Ints, Floats]:
    """Return votes, gold answers and the probability with which each annotator is right."""
    truth = rng.integers(kind.classes, size=kind.tasks)
    skill = rng.uniform(*kind.skill, kind.annotators)
    rows = np.repeat(skill[:, None], kind.classes, axis=1)
    if kind.by_class:
        rows = rng.beta(kind.by_class * rows, kind.by_class * (1 - rows))
    annotator = np.argsort(rng.random((kind.tasks, kind.annotators)), axis=1)[:, : kind.per_task].ravel()
    task = np.repeat(np.arange(kind.tasks), kind.per_task)
    wrong = (truth[task] + rng.integers(1, kind.classes, len(task))) % kind.classes
    label = np.where(rng.random(len(task)) < rows[annotator, truth[task]], truth[task], wrong)
    answers = np.where(rng.random(kind.tasks) < gold, truth, UNKNOWN).astype(np.int32)
    votes = arrays((task, annotator, label), kind.tasks, kind.annotators, kind.classes)
    return votes, answers, rows.mean(axis=1)


def evidence(votes: VoteArrays, gold: Ints) -> list[Evidence]:
    """Return what the service's refit finds out about each annotator."""
    fitted = panel_of("dawid-skene").fit(votes, gold)
    assert isinstance(fitted, FittedPool)
    names = [str(number) for number in range(votes.annotators)]
    seconds = np.full(len(votes), np.nan)
    findings = findings_of(votes, gold, seconds=seconds, annotators=names, fitted=fitted)
    return list(findings.evidence.values())


@pytest.mark.parametrize("gold", [0.0, 0.2, 1.0])
def test_95_of_100_intervals_hold_the_skill(gold: float) -> None:
    """832 intervals: the standard error of the share is 0.8 %."""
    held: list[bool] = []
    for number, kind in enumerate(KINDS):
        for seed in range(3 if kind.annotators > 10 else 16):
            votes, answers, skill = simulate(kind, gold, np.random.default_rng([number, seed]))
            rows = zip(evidence(votes, answers), skill.tolist(), strict=True)
            held += [one.low <= true <= one.high for one, true in rows]
    assert len(held) == 832
    assert 0.93 <= np.mean(held) <= 0.97


def test_nobody_good_among_four_is_on_probation() -> None:
    """Three votes a task on 200 tasks, no gold: enough to tell 0.8 from 0.6."""
    rng, states, misses = np.random.default_rng(0), [], 0
    skill = np.array([0.95, 0.9, 0.85, 0.8])
    for _ in range(25):
        truth = rng.integers(3, size=200)
        task = np.repeat(np.arange(200), 3)
        annotator = np.argsort(rng.random((200, 4)), axis=1)[:, :3].ravel()
        right = rng.random(600) < skill[annotator]
        label = np.where(right, truth[task], (truth[task] + rng.integers(1, 3, 600)) % 3)
        votes = arrays((task, annotator, label), 200, 4, 3)
        rows = evidence(votes, np.full(200, UNKNOWN, np.int32))
        states += [next_state("new", one, TrustRule()) for one in rows]
        misses += sum(not one.low <= true <= one.high for one, true in zip(rows, skill, strict=True))
    assert set(states) == {"trusted"}
    assert misses <= 12  # 5 of 100 expected; more than 12 in 1 of 1,000 cases
