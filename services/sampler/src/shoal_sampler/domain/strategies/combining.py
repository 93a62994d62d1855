"""Strategies made of strategies: balance, target distributions, no near duplicates, weighted combinations."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from shoal_sampler.domain.models.uncertainty import (
    entropy_uncertainty,
    least_confidence_uncertainty,
    margin_uncertainty,
)
from shoal_sampler.domain.pools.pool import Pool, Ranking, Strategy, best_first
from shoal_sampler.domain.pools.quotas import Shares, interleaved
from shoal_sampler.domain.strategies.density import density
from shoal_sampler.domain.vectors.nearest import nearest_similarity
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 1024  # picks that are compared with each other at a time

Term = Callable[[Pool], Floats]
TERMS: dict[str, Term] = {
    "margin": lambda pool: margin_uncertainty(pool.scores),
    "entropy": lambda pool: entropy_uncertainty(pool.scores),
    "least_confidence": lambda pool: least_confidence_uncertainty(pool.scores),
    "density": density,
    "novelty": lambda pool: novelty(pool),
    "random": lambda pool: 1.0 - pool.draws,
}
"""What a combination may be made of: (n,) scores of single candidates, larger is better."""


def novelty(pool: Pool) -> Floats:
    """Return (n,) 1 - the largest cosine with anything chosen, in [0, 2]; 2 where nothing is."""
    result: Floats = 1.0 - nearest_similarity(pool.vectors, pool.chosen)
    return result


def targeted(strategy: Strategy, target: Shares) -> Strategy:
    """Return `strategy` inside each predicted class, the classes by `target` (c + 1,), the last without scores.

    Labelled rows count, so that a class that has its share already waits; equal shares are a class balance.
    """
    return lambda pool, k: interleaved(pool, k, strategy, target)


def without_near_duplicates(strategy: Strategy, similarity: float) -> Strategy:
    """Return `strategy` whose picks have cosines below `similarity` with each other and with what is chosen.

    Candidates too near to something chosen leave the pool first. Then the strategy is asked for more than k and each
    pick that repeats an earlier one is passed over; rounds go on, given what is picked, until k are found or nobody
    is left.
    """

    def choose(pool: Pool, k: int) -> Ranking:
        free = nearest_similarity(pool.vectors, pool.chosen) < similarity
        picks: list[int] = []
        scores: list[float] = []
        while len(picks) < k and free.any():
            rows = np.flatnonzero(free)
            chosen = np.concatenate([pool.chosen, pool.vectors[picks]]) if picks else pool.chosen
            labels = (
                np.concatenate([pool.labels, np.full(len(picks), -1)]) if len(pool.labels) else pool.labels
            )
            opinions = pool.chosen_scores
            if picks and len(opinions) == len(pool.chosen) > 0:
                opinions = np.concatenate([opinions, pool.scores[picks]])
            given = replace(pool[rows], chosen=chosen, labels=labels, chosen_scores=opinions)
            missing = k - len(picks)
            ranking = strategy(given, missing + missing // 2 + 8)
            if not len(ranking):
                break
            found = _apart(given.vectors[ranking.indices], similarity, missing)
            new = rows[ranking.indices[found]]
            picks += new.tolist()
            scores += ranking.scores[found].tolist()
            free &= nearest_similarity(pool.vectors, pool.vectors[new]) < similarity
            free[new] = False
        return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))

    return choose


def _apart(vectors: Vectors, similarity: float, most: int) -> Indices:
    """Return the first `most` rows, in order, that have cosines below `similarity` with all rows returned before."""
    kept = np.empty(0, np.int64)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        apart = nearest_similarity(block, vectors[kept]) < similarity
        near = block @ block.T >= similarity
        for row in range(len(block)):
            if apart[row]:
                apart[row + 1 :] &= ~near[row, row + 1 :]
        kept = np.concatenate([kept, start + np.flatnonzero(apart)])
        if len(kept) >= most:
            break
    return kept[:most]


def combined(strengths: Mapping[str, float]) -> Strategy:
    """Return a strategy by the sum of strength x normalised rank over the terms named; strengths may be negative.

    Ranks (ties share the mean) instead of values make terms of any scale comparable; a candidate that a term knows
    nothing of (NaN) gets the middle. Score: the sum, times the weight. Raises ValueError for an unknown term.
    """
    unknown = sorted(set(strengths) - set(TERMS))
    if unknown or not strengths:
        raise ValueError(f"{', '.join(unknown) or 'nothing'} cannot be combined: use {', '.join(TERMS)}")

    def choose(pool: Pool, k: int) -> Ranking:
        worth = np.zeros(len(pool), np.float32)
        for name, strength in strengths.items():
            worth += np.float32(strength) * ranks(TERMS[name](pool))
        lowest = min(0.0, float(worth.min(initial=0.0)))
        return best_first((worth - np.float32(lowest)) * pool.weights, pool, k)

    return choose


def ranks(values: Floats) -> Floats:
    """Return ranks in [0, 1], ties their mean, NaN 1/2: (n,)."""
    known = np.isfinite(values)
    out = np.full(len(values), 0.5, np.float32)
    if known.any():
        _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        out[known] = (middle / max(1, known.sum() - 1))[inverse]
    return out
