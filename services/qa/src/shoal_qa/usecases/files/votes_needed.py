"""How many votes would have done: replays of the votes that were given, in several random orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.stopping.simulation import Spending, VoteSimulation, simulate_votes
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

LESS = (0.0, 0.005, 0.01)  # accuracy given up against all votes
ROUNDING = 1e-12
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Curve:
    """Means over replays: (points,) each. low, high: the least and the most accurate replay."""

    name: str
    votes_per_task: Floats
    accuracy: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Needed:
    """Votes per task for an accuracy, by stopping one by one and by a fixed number; None where it is not reached."""

    less: float
    accuracy: float
    sequential: float | None
    fixed: float | None


@dataclass(frozen=True, slots=True)
class Replays:
    """What the replays say. votes_per_task, accuracy: of all votes."""

    simulations: Sequence[VoteSimulation]
    sequential: Curve
    fixed: Curve
    votes_per_task: float
    accuracy: float
    needed: Sequence[Needed]


def replay(
    votes: VoteArrays, known: Ints, truth: Ints | None, model: str, seeds: int, report: Report
) -> Replays:
    """Return curves over `seeds` random orders. known, truth: (tasks,), as `simulate_votes` has them. BadInput."""
    if model not in MODELS:
        raise BadInput(f"{model!r} is unknown: use one of {', '.join(MODELS)}", field="model")
    tempering = consensus(votes, known, Options(model=model)).calibration
    found = []
    for seed in range(seeds):
        report(seed, seeds)
        rng = np.random.default_rng(seed)
        try:
            found.append(simulate_votes(MODELS[model], votes, rng, truth, known, tempering=tempering))
        except ValueError as error:
            raise BadInput(f"nothing to replay: {error}") from None
    tasks = _paid_tasks(votes, known)
    sequential = _mean("one by one", [each.sequential for each in found], tasks)
    fixed = _mean("fixed number", [each.fixed for each in found], tasks)
    accuracy = float(np.mean([each.accuracy for each in found]))
    needed = [
        Needed(
            less, accuracy - less, _votes_for(sequential, accuracy - less), _votes_for(fixed, accuracy - less)
        )
        for less in LESS
    ]
    return Replays(found, sequential, fixed, found[0].votes / tasks, accuracy, needed)


def _paid_tasks(votes: VoteArrays, known: Ints) -> int:
    return int(((known < 0) & (votes.votes_per_task() > 0)).sum())


def _mean(name: str, curves: Sequence[Spending], tasks: int) -> Curve:
    accuracy = np.array([each.accuracy for each in curves])
    spent = np.mean([each.votes for each in curves], axis=0) / tasks
    return Curve(name, spent, accuracy.mean(axis=0), accuracy.min(axis=0), accuracy.max(axis=0))


def _votes_for(curve: Curve, accuracy: float) -> float | None:
    """Return votes per task at which the mean curve first reaches an accuracy, on straight lines."""
    reached = np.flatnonzero(curve.accuracy >= accuracy - ROUNDING)
    if not len(reached):
        return None
    last = int(reached[0]) + 1
    part = slice(max(last - 2, 0), last)
    return float(np.interp(accuracy, curve.accuracy[part], curve.votes_per_task[part]))
