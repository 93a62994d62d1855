"""Which of a window's samples a campaign wants, best first."""

import math
from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.campaigns.campaign import Selection
from shoal_sampler.domain.campaigns.kinds import needs_examples
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.vectors.rows import Indices


@dataclass(frozen=True, slots=True)
class Wish:
    """A ranking of the pool, the strategy that made it, and how many of it are wanted."""

    ranking: Ranking
    strategy: str
    wanted: int

    @property
    def reason(self) -> str:
        """Return the reason that decisions carry."""
        return STRATEGIES[self.strategy].reason


def pace(credit: float, share: float, seen: int) -> tuple[int, float]:
    """Return how many of `seen` samples to take, and the credit left for the next window.

    The fraction that a window cannot pay out is carried on, so that a share of 1 % works with windows of
    30; whole samples that a window did not use are not, so that nothing bursts after a dry spell.
    """
    due = credit + share * seen
    whole = math.floor(due + 1e-9)
    return whole, max(0.0, due - whole)


def strategy_of(selection: Selection, votes_reserved: int, pool: Pool) -> str:
    """Return the strategy that a campaign follows now.

    coverage_then_margin follows herding until it has bought its votes of coverage, and after that wherever
    the model gives no scores.
    """
    if selection.kind == "uncertainty":
        return selection.measure
    if selection.kind == "coverage_then_margin":
        opinionated = bool(np.isfinite(pool.scores).any())
        return "margin" if votes_reserved >= selection.coverage_votes and opinionated else "herding"
    return selection.kind


def rank(selection: Selection, pool: Pool, wanted: int, strategy: str) -> Wish:
    """Return the pool's best candidates, some more than `wanted`, so that near duplicates can be passed
    over.
    """
    if strategy == "random":
        lucky = _below(pool, selection.share or 0.0)
        return Wish(lucky, strategy, len(lucky))
    reserve = 2 * wanted + 8 if selection.share is not None else len(pool)
    ranking = STRATEGIES[strategy](pool, min(reserve, len(pool)) if wanted else 0)
    if needs_examples(strategy):
        ranking = _above(ranking, selection.threshold)
    return Wish(ranking, strategy, wanted)


def _below(pool: Pool, share: float) -> Ranking:
    """Return the candidates that an independent draw takes: random campaigns know nothing of windows."""
    indices: Indices = np.flatnonzero(pool.draws < share)
    return Ranking(indices, pool.draws[indices])


def _above(ranking: Ranking, threshold: float) -> Ranking:
    passing = ranking.scores >= threshold
    return Ranking(ranking.indices[passing], ranking.scores[passing])
