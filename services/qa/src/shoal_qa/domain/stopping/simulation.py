"""The number of votes that would have been enough: a crowd's votes, replayed in random order.

Sequential: every task starts with min_votes of its votes, and gets one more in each round while its next step
is "more" (next_steps.py). The threshold rises in steps. When all tasks have stopped at one step, votes spent
and accuracy are a point of the curve, as in a project with that threshold. Annotators' skills are learned
only from gold and the votes spent so far (replay.py).

Fixed overlap: the first 1, 2, 3, ... votes of every task in the same order, under the same model.

The replay determines the annotator of each vote, so a gain from choosing annotators is not included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.models.base import Model
from shoal_qa.domain.stopping.replay import Replay, random_ranks
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

THRESHOLDS = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)
FUTILE = 0.25  # share of the threshold's remaining risk; a smaller chance is not worth a vote
OVERLAPS = 16  # most points of fixed overlap

Labels = NDArray[np.integer]
Point = tuple[float, Ints, Labels]  # threshold or overlap, votes of each task, labels


@dataclass(frozen=True, slots=True)
class Spending:
    """A curve of accuracy by votes, up to all votes; every array is (points,).

    at: the threshold (1 for all votes) or the overlap.
    """

    at: Floats
    votes: NDArray[np.int64]
    accuracy: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSimulation:
    """Both curves, and the result with all votes. Gold tasks and their votes are not counted."""

    sequential: Spending
    fixed: Spending
    votes: int
    accuracy: float
    tasks: int


def simulate_votes(
    model: Model,
    votes: VoteArrays,
    rng: np.random.Generator,
    truth: Ints | None = None,
    *,
    gold: Ints | None = None,
    min_votes: int = 2,
    thresholds: Sequence[float] = THRESHOLDS,
    tempering: Tempering | None = None,
) -> VoteSimulation:
    """Replay votes under sequential stopping and under fixed overlap.

    truth: (tasks,), right answers or UNKNOWN, to measure accuracy; None measures agreement with the consensus
    of all votes. gold: (tasks,), gold answers that the fits use; gold tasks have all their votes from the
    start and count neither as votes nor in accuracy. tempering: the calibration of thresholds; by default the
    one without gold. A task gets at most 100 votes before the last point. About 50 fits, half of them warm.
    Raises ValueError if no task is left to measure.
    """
    gold = np.full(votes.tasks, UNKNOWN, np.int32) if gold is None else gold
    replay = Replay(model, votes, gold, random_ranks(votes, rng))
    everything = model.fit(votes, gold).log_posterior(votes).argmax(axis=1)
    answers = everything if truth is None else truth
    measured = np.flatnonzero((answers != UNKNOWN) & (gold == UNKNOWN) & (replay.available > 0))
    if not len(measured):
        raise ValueError("no task with votes and an answer to measure on that is not gold")
    score = _Score(answers, measured, gold == UNKNOWN)
    all_votes = (1.0, replay.available, everything)
    rules = [_without_experts(threshold, min_votes) for threshold in sorted(thresholds)]
    fixed = score.curve(_fixed_points(replay, score))
    sequential = score.curve([*_sequential_points(replay, rules, tempering or Tempering()), all_votes])
    return VoteSimulation(
        sequential=sequential,
        fixed=fixed,
        votes=int(sequential.votes[-1]),
        accuracy=score.accuracy(everything),
        tasks=len(measured),
    )


@dataclass(frozen=True, slots=True)
class _Score:
    answers: Labels
    measured: NDArray[np.int64]
    counted: NDArray[np.bool_]  # tasks whose votes cost something

    def accuracy(self, labels: Labels) -> float:
        return float((labels[self.measured] == self.answers[self.measured]).mean())

    def curve(self, points: Sequence[Point]) -> Spending:
        """Return the curve of points (threshold or overlap, votes spent, labels)."""
        return Spending(
            np.array([at for at, _, _ in points]),
            np.array([int(spent[self.counted].sum()) for _, spent, _ in points], dtype=np.int64),
            np.array([self.accuracy(labels) for _, _, labels in points]),
        )


def _without_experts(threshold: float, min_votes: int) -> StoppingRule:
    futile = FUTILE * (1 - threshold)
    return StoppingRule(threshold=threshold, min_votes=min_votes, max_votes=100, futile_below=futile)


def _fixed_points(replay: Replay, score: _Score) -> list[Point]:
    most = int(replay.available[score.counted].max())
    points: list[Point] = []
    for overlap in np.unique(np.geomspace(1, most, OVERLAPS).round().astype(np.int64)):
        spent = replay.at_most(int(overlap))
        bought = replay.first(spent)
        posterior = replay.model.fit(bought, replay.gold).log_posterior(bought)
        points.append((float(overlap), spent, posterior.argmax(axis=1)))
    return points


def _sequential_points(replay: Replay, rules: Sequence[StoppingRule], tempering: Tempering) -> list[Point]:
    points: list[Point] = []
    for rule in rules:
        labels = replay.until_all_stop(rule, tempering).argmax(axis=1)
        points.append((float(rule.threshold or 0), replay.spent.copy(), labels))
    return points
