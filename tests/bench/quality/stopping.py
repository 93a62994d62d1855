"""The cost of the stopping rule and of fixed numbers of votes on public crowds, by the price of a review."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tests.bench.quality.crowds import Crowd, public

from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.stopping.prices import REVIEW_PRICES, PriceOutcome, replay_price
from shoal_qa.domain.stopping.replay import Replay, random_ranks
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints

GOLD, THRESHOLD, FEWEST, MOST = 60, 0.9, 2, 5
ORDERS = {"dawid-skene": 2}  # of the votes; "auto" takes ten times as long
HEADS = (
    "model",
    "review price",
    "cost, two votes",
    "cost, five votes",
    "cost, the rule",
    "votes",
    "reviewed, %",
    "accepted labels right, %",
    "right after reviews, %",
)


@dataclass(frozen=True, slots=True)
class Way:
    """The fewest and the most votes of a task."""

    least: int
    most: int

    def rule(self, review_price: float) -> StoppingRule:
        """Return the stopping rule with these numbers."""
        return StoppingRule(
            threshold=THRESHOLD, min_votes=self.least, max_votes=self.most, review_price=review_price
        )


TWO, FIVE, RULE = Way(FEWEST, FEWEST), Way(MOST, MOST), Way(FEWEST, MOST)


def gold_of(truth: Ints, rng: np.random.Generator) -> Ints:
    """Return GOLD random answers, a third of them at most, and UNKNOWN elsewhere: (tasks,)."""
    answers = np.flatnonzero(truth != UNKNOWN)
    drawn = rng.choice(answers, min(GOLD, len(answers) // 3), replace=False)
    gold = np.full(len(truth), UNKNOWN, np.int32)
    gold[drawn] = truth[drawn]
    return gold


def outcome(crowd: Crowd, model: str, order: int, way: Way, review_price: float) -> PriceOutcome:
    """Return the outcome of one replay."""
    rng = np.random.default_rng(order)
    truth = crowd.truth.astype(np.int32)
    gold = gold_of(truth, rng)
    tempering = consensus(crowd.votes, gold, Options(model=model)).calibration
    replay = Replay(MODELS[model], crowd.votes, gold, random_ranks(crowd.votes, rng))
    return replay_price(replay, truth, way.rule(review_price), tempering)


def means(model: str, way: Way, review_price: float) -> dict[str, float]:
    """Return means over sets and orders."""
    found = [
        outcome(crowd, model, order, way, review_price)
        for crowd in public()
        for order in range(ORDERS[model])
    ]
    names = ("cost", "votes", "reviewed", "accepted_accuracy", "accuracy")
    return {name: float(np.nanmean([getattr(each, name) for each in found])) for name in names}


def rows(model: str) -> Iterator[str]:
    """Yield the table's rows of a model."""
    fixed = {way: means(model, way, 1.0) for way in (TWO, FIVE)}
    for price in REVIEW_PRICES:
        ours = means(model, RULE, price)
        costs = [fixed[way]["votes"] + price * fixed[way]["reviewed"] for way in (TWO, FIVE)]
        shares = [100 * ours[name] for name in ("reviewed", "accepted_accuracy", "accuracy")]
        cells = [
            model,
            f"{price:g}",
            *(f"{cost:.2f}" for cost in costs),
            f"**{ours['cost']:.2f}**",
            f"{ours['votes']:.2f}",
            *(f"{share:.1f}" for share in shares),
        ]
        yield f"| {' | '.join(cells)} |"


def tables() -> Iterator[str]:
    """Yield the table so far."""
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    for model in ORDERS:
        for row in rows(model):
            lines.append(row)
            yield "\n".join(lines)
