"""How many of the votes would have done: the votes that were given, replayed in random order.

Sequential: every task starts with min_votes of its votes, and gets one more in each round while the next action for it
is "more" (domain/sequential.py). The threshold rises in steps; where all tasks have stopped at one step, votes spent
and accuracy are a point of the curve, as a project with that threshold would have had. Annotators' skills are learned
from the votes spent so far and from gold alone, refitted from the last fit when votes have grown by a tenth.

Fixed overlap: the first 1, 2, 3, ... votes of every task in the same order, under the same model.

Which annotator a vote comes from is given by the replay, so a gain from choosing annotators is not in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.models.base import Fitted, Model
from shoal_qa.domain.sequential import Action, Kinds, StoppingRule, next_actions
from shoal_qa.domain.tempering import Tempering

THRESHOLDS = (0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
GROWTH = 1.1  # of votes spent, between fits
FUTILE = 0.25  # of the risk that a threshold leaves: chances below it are not worth a vote
OVERLAPS = 16  # points of fixed overlap at most


@dataclass(frozen=True, slots=True)
class Spending:
    """A curve by rising votes: (points,) each. `at` is the threshold or the overlap."""

    at: Floats
    votes: NDArray[np.int64]
    accuracy: Floats

    def votes_for(self, accuracy: float) -> float | None:
        """Return the votes at which the curve first reaches an accuracy, on straight lines; None if it never does."""
        reached = np.flatnonzero(self.accuracy >= accuracy)
        if not len(reached):
            return None
        first = int(reached[0])
        if first == 0:
            return float(self.votes[0])
        below, above = self.accuracy[first - 1], self.accuracy[first]
        part = (accuracy - below) / (above - below)
        return float(self.votes[first - 1] + part * (self.votes[first] - self.votes[first - 1]))


@dataclass(frozen=True, slots=True)
class VoteSimulation:
    """Both curves, and what all votes give. Votes on gold tasks are not counted, their answers being known."""

    sequential: Spending
    fixed: Spending
    votes: int
    accuracy: float
    tasks: int

    def saving(self, tolerance: float = 0.0) -> float | None:
        """Return the share of all votes that stopping saves at the accuracy of all votes, less `tolerance`.

        None where it never gets there. Against fixed overlap, compare votes_for of the two curves.
        """
        needed = self.sequential.votes_for(self.accuracy - tolerance)
        return None if needed is None or not self.votes else 1 - needed / self.votes


@dataclass(slots=True)
class _Replay:
    """Votes in the order in which they come, and how many of each task are spent."""

    model: Model
    votes: VoteArrays
    known: Ints
    rank: NDArray[np.int64]  # place of each vote among those of its task
    available: Ints
    spent: Ints = field(init=False)
    fitted: Fitted = field(init=False)
    fitted_on: int = field(init=False, default=0)  # votes

    def __post_init__(self) -> None:
        self.spent = np.where(self.known != UNKNOWN, self.available, 0).astype(np.int32)

    def bought(self) -> VoteArrays:
        return self.votes.select(self.rank < self.spent[self.votes.task])

    def fit(self, bought: VoteArrays, warm: bool) -> None:
        self.fitted = self.model.fit(bought, self.known, self.fitted if warm else None)
        self.fitted_on = len(bought)


def simulate_votes(
    model: Model,
    votes: VoteArrays,
    rng: np.random.Generator,
    truth: Ints | None = None,
    known: Ints | None = None,
    *,
    min_votes: int = 2,
    thresholds: Sequence[float] = THRESHOLDS,
    tempering: Tempering | None = None,
) -> VoteSimulation:
    """Replay votes under sequential stopping and under fixed overlap.

    truth: (tasks,), right answers or UNKNOWN, to measure accuracy with; None measures agreement with the consensus
    of all votes. known: (tasks,), gold answers that the fits are told; gold tasks have all their votes from the start
    and count neither as votes nor in accuracy. tempering: the calibration of thresholds; by default the one without
    gold. About 30 fits, most of them warm. Raises ValueError where nothing is left to measure.
    """
    known = np.full(votes.tasks, UNKNOWN, np.int32) if known is None else known
    available = votes.votes_per_task()
    everything = model.fit(votes, known).log_posterior(votes).argmax(axis=1).astype(np.int32)
    answers = everything if truth is None else truth
    measured = np.flatnonzero((answers != UNKNOWN) & (known == UNKNOWN) & (available > 0))
    if not len(measured):
        raise ValueError("no task with votes and an answer to measure on that is not gold")
    replay = _Replay(model, votes, known, _ranks(votes, rng), available)
    score = _Score(answers, measured, known == UNKNOWN)
    rules = [StoppingRule(t, min_votes, 100, FUTILE * (1 - t)) for t in sorted(thresholds)]
    fixed = _fixed(replay, score)
    sequential = _sequential(replay, score, rules, tempering or Tempering())
    total = int(available[known == UNKNOWN].sum())
    return VoteSimulation(sequential, fixed, total, score.accuracy(everything), len(measured))


@dataclass(frozen=True, slots=True)
class _Score:
    answers: Ints
    measured: NDArray[np.int64]
    counted: NDArray[np.bool_]  # tasks whose votes cost something

    def accuracy(self, labels: NDArray[np.integer]) -> float:
        return float((labels[self.measured] == self.answers[self.measured]).mean())

    def curve(self, points: Sequence[tuple[float, Ints, NDArray[np.integer]]]) -> Spending:
        """Turn (threshold or overlap, votes spent, labels) into a curve."""
        return Spending(
            np.array([at for at, _, _ in points]),
            np.array([int(spent[self.counted].sum()) for _, spent, _ in points], dtype=np.int64),
            np.array([self.accuracy(labels) for _, _, labels in points]),
        )


def _ranks(votes: VoteArrays, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a random place for each vote among those of its task: (votes,)."""
    shuffled = rng.permutation(len(votes))
    order = shuffled[np.argsort(votes.task[shuffled], kind="stable")]
    task = votes.task[order]
    rank = np.empty(len(votes), dtype=np.int64)
    rank[order] = np.arange(len(votes)) - np.searchsorted(task, task)
    return rank


def _fixed(replay: _Replay, score: _Score) -> Spending:
    most = int(replay.available[score.counted].max())
    overlaps = np.unique(np.geomspace(1, most, OVERLAPS).round().astype(np.int64))
    gold = replay.known != UNKNOWN
    points = []
    for overlap in overlaps:
        spent = np.where(gold, replay.available, np.minimum(replay.available, overlap)).astype(np.int32)
        bought = replay.votes.select(replay.rank < spent[replay.votes.task])
        posterior = replay.model.fit(bought, replay.known).log_posterior(bought)
        points.append((float(overlap), spent, posterior.argmax(axis=1)))
    return score.curve(points)


def _sequential(
    replay: _Replay, score: _Score, rules: Sequence[StoppingRule], tempering: Tempering
) -> Spending:
    points = []
    for rule in rules:
        labels = _until_all_stop(replay, rule, tempering)
        points.append((float(rule.threshold or 0), replay.spent.copy(), labels))
    return score.curve(points)


def _until_all_stop(replay: _Replay, rule: StoppingRule, tempering: Tempering) -> NDArray[np.int64]:
    """Buy votes until no task wants one under a fresh fit to all votes bought; return the labels then."""
    replay.spent = np.maximum(replay.spent, np.minimum(replay.available, rule.min_votes)).astype(np.int32)
    bought = replay.bought()
    replay.fit(bought, warm=False)
    asked = np.arange(len(replay.spent))
    while True:
        claimed = replay.fitted.log_posterior(bought)
        asked = asked[_want(replay, bought, claimed, asked, rule, tempering)]
        if not len(asked) and len(bought) == replay.fitted_on:
            return np.asarray(claimed.argmax(axis=1))
        replay.spent[asked] += 1
        bought = replay.bought()
        if not len(asked) or len(bought) >= GROWTH * replay.fitted_on:
            replay.fit(bought, warm=len(asked) > 0)
            asked = np.arange(len(replay.spent))  # all tasks may have changed, not only those with a new vote


def _want(
    replay: _Replay,
    bought: VoteArrays,
    claimed: Floats,
    asked: NDArray[np.int64],
    rule: StoppingRule,
    tempering: Tempering,
) -> NDArray[np.bool_]:
    """Tell which of some tasks are to have one more vote."""
    believed = tempering.apply(claimed, replay.spent)
    crowd = Kinds(_crowd(bought, believed)[None], np.ones(1))
    open_ = replay.spent[asked] < replay.available[asked]
    rows = asked[open_]
    found = next_actions(believed[rows], replay.spent[rows], crowd, rule, tempering, replay.available[rows])
    want = np.zeros(len(asked), np.bool_)
    want[open_] = found.action == Action.MORE
    return want


def _crowd(votes: VoteArrays, believed: Floats) -> Floats:
    """Return the average annotator's p(label | truth): (classes, classes)."""
    counts = np.empty((votes.classes, votes.classes))
    for truth in range(votes.classes):
        counts[truth] = np.bincount(votes.label, believed[votes.task, truth], votes.classes)
    counts += np.eye(votes.classes) + 1 / votes.classes
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
