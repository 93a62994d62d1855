"""Which samples of a window a campaign prefers, best first."""

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
    """A ranking of the pool, the strategy behind it, and how many of its candidates are due."""

    ranking: Ranking
    strategy: str
    due: int

    @property
    def reason(self) -> str:
        """The reason recorded in decisions."""
        return STRATEGIES[self.strategy].reason


def due_samples(credit: float, share: float, arrivals: int) -> tuple[int, float]:
    """Return how many of `arrivals` samples to take, and the credit left for the next window.

    The fraction that a window cannot pay out is carried over, so a share of 1 % works with windows of 30.
    Whole samples that a window did not use are not carried over, so a quiet period is not followed by a
    burst.
    """
    due = credit + share * arrivals
    whole = math.floor(due + 1e-9)
    return whole, max(0.0, due - whole)


def strategy_of(selection: Selection, votes_reserved: int, pool: Pool) -> str:
    """Return the strategy that a campaign uses now.

    coverage_then_margin uses herding until its coverage votes are spent, and after that whenever the model
    gives no scores.
    """
    if selection.kind == "uncertainty":
        return selection.measure
    if selection.kind == "coverage_then_margin":
        opinionated = bool(np.isfinite(pool.scores).any())
        return "margin" if votes_reserved >= selection.coverage_votes and opinionated else "herding"
    return selection.kind


def rank_candidates(selection: Selection, pool: Pool, due: int, strategy: str) -> Wish:
    """Return the pool's best candidates, more than `due`, so that near duplicates can be skipped."""
    if strategy == "random":
        lucky = _drawn_candidates(pool, selection.share or 0.0)
        return Wish(lucky, strategy, len(lucky))
    reserve = 2 * due + 8 if selection.share is not None else len(pool)
    ranking = STRATEGIES[strategy](pool, min(reserve, len(pool)) if due else 0)
    if needs_examples(strategy):
        ranking = _above_threshold(ranking, selection.threshold)
    return Wish(ranking, strategy, due)


def _drawn_candidates(pool: Pool, share: float) -> Ranking:
    """Return the candidates that an independent draw takes; random campaigns do not depend on windows."""
    indices: Indices = np.flatnonzero(pool.draws < share)
    return Ranking(indices, pool.draws[indices])


def _above_threshold(ranking: Ranking, threshold: float) -> Ranking:
    passing = ranking.scores >= threshold
    return Ranking(ranking.indices[passing], ranking.scores[passing])
