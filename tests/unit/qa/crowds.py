"""Seeded crowds like the real ones: annotators differ in skill, tasks in difficulty, hard tasks for
everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.projects.peers import peers_of
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays


def arrays(columns: Iterable[np.ndarray], tasks: int, annotators: int, classes: int) -> VoteArrays:
    """Return votes from their columns: tasks, annotators and labels."""
    task, annotator, label = (column.astype(np.int32) for column in columns)
    return VoteArrays(
        task=task, annotator=annotator, label=label, tasks=tasks, annotators=annotators, classes=classes
    )


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Annotators answer random tasks in random order. label: (votes,), honest until a test changes it."""

    task: np.ndarray
    annotator: np.ndarray
    label: np.ndarray
    truth: np.ndarray
    annotators: int
    classes: int

    @property
    def votes(self) -> VoteArrays:
        columns = (self.task, self.annotator, self.label)
        return arrays(columns, len(self.truth), self.annotators, self.classes)

    def peers(self, gold: int = 0) -> Peers:
        answers = np.full(len(self.truth), UNKNOWN, np.int32)
        answers[:gold] = self.truth[:gold]
        return peers_of(self.votes, answers)


def honest(
    seed: int, tasks: int = 300, annotators: int = 20, per_task: int = 5, classes: int = 3, hard: float = 0.2
) -> Crowd:
    """Return a crowd with skills from 0.6 to 0.95.

    On a share `hard` of tasks annotators know half as much, and errors go to one wrong class.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=tasks)
    trap = (truth + rng.integers(1, classes, tasks)) % classes
    is_hard = rng.random(tasks) < hard
    skill = rng.uniform(0.6, 0.95, annotators)
    annotator = np.argsort(rng.random((tasks, annotators)), axis=1)[:, :per_task].ravel()
    task = np.repeat(np.arange(tasks), per_task)
    order = rng.permutation(len(task))
    task, annotator = task[order], annotator[order]
    right = rng.random(len(task)) < skill[annotator] * np.where(is_hard[task], 0.6, 1)
    anywhere = (truth[task] + rng.integers(1, classes, len(task))) % classes
    wrong = np.where(is_hard[task] & (rng.random(len(task)) < 0.7), trap[task], anywhere)
    label = np.where(right, truth[task], wrong)
    return Crowd(
        task=task, annotator=annotator, label=label, truth=truth, annotators=annotators, classes=classes
    )


@dataclass(frozen=True, kw_only=True)
class YesNo:
    """Yes/no questions with few votes each. All numbers but shares and counts are log odds of a right answer.

    yes: share of tasks whose answer is yes. skill: of an average annotator; differ: its standard deviation
    between annotators. easier: how much more likely right answers are on yes tasks, and less on others;
    habit: the standard deviation of the same between annotators. busy: exponent of votes per annotator, 0 for
    equal shares.
    """

    tasks: int = 600
    annotators: int = 120
    per_task: int = 3
    yes: float = 0.5
    skill: float = 1.5
    differ: float = 0.0
    easier: float = 0.0
    habit: float = 0.0
    busy: float = 0.0


def yes_no(kind: YesNo, seed: int) -> Crowd:
    """Return a crowd of that kind; class 1 is yes."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(kind.tasks) < kind.yes).astype(int)
    weight = np.log(1 + np.arange(kind.annotators)) * -kind.busy
    drawn = np.argsort(-(weight + rng.gumbel(size=(kind.tasks, kind.annotators))), axis=1)
    annotator, task = drawn[:, : kind.per_task].ravel(), np.repeat(np.arange(kind.tasks), kind.per_task)
    skill = rng.normal(kind.skill, kind.differ, kind.annotators)
    shift = rng.normal(kind.easier, kind.habit, kind.annotators)
    odds = skill[annotator] + shift[annotator] * (2 * truth[task] - 1)
    right = rng.random(len(task)) < 1 / (1 + np.exp(-odds))
    label = np.where(right, truth[task], 1 - truth[task])
    return Crowd(
        task=task, annotator=annotator, label=label, truth=truth, annotators=kind.annotators, classes=2
    )
