"""The number of votes that would have been enough: replays of a file's votes in random orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.stopping.prices import PriceOutcome, replay_price
from shoal_qa.domain.stopping.replay import Replay, random_ranks
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.stopping.simulation import Spending, VoteSimulation, simulate_votes
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

LESS = (0.0, 0.005, 0.01)  # accuracy below that of all votes
ROUNDING = 1e-12
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Means over replays; every array is (points,). low, high: accuracy of the worst and the best replay."""

    name: str
    votes_per_task: Floats
    accuracy: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Needed:
    """Votes per task for an accuracy, one by one and with a fixed number; None if not reached."""

    less: float
    accuracy: float
    sequential: float | None
    fixed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replays:
    """Results of the replays. votes_per_task, accuracy: with all votes. prices: means by rule."""

    simulations: Sequence[VoteSimulation]
    sequential: Curve
    fixed: Curve
    votes_per_task: float
    accuracy: float
    needed: Sequence[Needed]
    prices: Sequence[PriceOutcome]


def replay_votes(
    votes: VoteArrays,
    gold: Ints,
    truth: Ints | None,
    *,
    model: str,
    seeds: int,
    rules: Sequence[StoppingRule],
    report: Report,
) -> Replays:
    """Return curves over `seeds` random orders, and the outcome of each rule.

    known, truth: (tasks,), as `simulate_votes` has them. Raises BadInput.
    """
    check_model(model)
    everything = consensus(votes, gold, Options(model=model))
    tempering, answers = everything.calibration, everything.label if truth is None else truth
    simulations, outcomes = [], []
    for seed in range(seeds):
        report(seed, seeds)
        rng = np.random.default_rng(seed)
        try:
            simulations.append(
                simulate_votes(MODELS[model], votes, rng, truth, gold=gold, tempering=tempering)
            )
        except ValueError as error:
            raise BadInput(f"votes cannot be replayed: {error}") from None
        outcomes.append(
            [
                replay_price(_start_replay(votes, gold, model, seed), answers, rule, tempering)
                for rule in rules
            ]
        )
    return summarize_replays(simulations, outcomes, tasks=_paid_tasks(votes, gold))


def check_model(model: str) -> None:
    """Raise BadInput for an unknown model."""
    if model not in MODELS:
        raise BadInput(f"{model!r} is unknown: use one of {', '.join(MODELS)}", field="model")


def summarize_replays(
    simulations: Sequence[VoteSimulation], outcomes: Sequence[Sequence[PriceOutcome]], *, tasks: int
) -> Replays:
    """Return the means over replays. outcomes: by replay and rule. tasks: those whose votes cost."""
    sequential = _mean_curve("one by one", [simulation.sequential for simulation in simulations], tasks)
    fixed = _mean_curve("fixed number", [simulation.fixed for simulation in simulations], tasks)
    accuracy = float(np.mean([simulation.accuracy for simulation in simulations]))
    needed = [
        Needed(
            less, accuracy - less, _votes_for(sequential, accuracy - less), _votes_for(fixed, accuracy - less)
        )
        for less in LESS
    ]
    prices = [_mean_outcome(of_rule) for of_rule in zip(*outcomes, strict=True)]
    return Replays(
        simulations=simulations,
        sequential=sequential,
        fixed=fixed,
        votes_per_task=simulations[0].votes / tasks,
        accuracy=accuracy,
        needed=needed,
        prices=prices,
    )


def _start_replay(votes: VoteArrays, gold: Ints, model: str, seed: int) -> Replay:
    return Replay(MODELS[model], votes, gold, random_ranks(votes, np.random.default_rng(seed)))


def _mean_outcome(outcomes: Sequence[PriceOutcome]) -> PriceOutcome:
    """Return the mean of one rule's outcomes over replays."""
    names = [field.name for field in fields(PriceOutcome) if field.name != "review_price"]
    means = {name: float(np.mean([getattr(outcome, name) for outcome in outcomes])) for name in names}
    return PriceOutcome(review_price=outcomes[0].review_price, **means)


def _paid_tasks(votes: VoteArrays, gold: Ints) -> int:
    return int(((gold < 0) & (votes.votes_per_task() > 0)).sum())


def _mean_curve(name: str, curves: Sequence[Spending], tasks: int) -> Curve:
    accuracy = np.array([curve.accuracy for curve in curves])
    spent = np.mean([curve.votes for curve in curves], axis=0) / tasks
    return Curve(
        name=name,
        votes_per_task=spent,
        accuracy=accuracy.mean(axis=0),
        low=accuracy.min(axis=0),
        high=accuracy.max(axis=0),
    )


def _votes_for(curve: Curve, accuracy: float) -> float | None:
    """Return the votes per task at which the mean curve first reaches an accuracy, interpolated linearly."""
    reached = np.flatnonzero(curve.accuracy >= accuracy - ROUNDING)
    if not len(reached):
        return None
    last = int(reached[0]) + 1
    part = slice(max(last - 2, 0), last)
    return float(np.interp(accuracy, curve.accuracy[part], curve.votes_per_task[part]))
