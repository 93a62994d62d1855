"""Strategies built from strategies: class balance, target shares, no near duplicates, weighted terms."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from shoal_sampler.domain.models.uncertainty import (
    entropy_uncertainty,
    least_confidence_uncertainty,
    margin_uncertainty,
)
from shoal_sampler.domain.pools.pool import Pool, Ranking, Strategy, best_first
from shoal_sampler.domain.pools.quotas import Shares, interleave_classes
from shoal_sampler.domain.strategies.density import population_density
from shoal_sampler.domain.vectors.nearest import nearest_similarity
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 1024  # picks compared with each other at a time

Term = Callable[[Pool], Floats]
TERMS: dict[str, Term] = {
    "margin": lambda pool: margin_uncertainty(pool.scores),
    "entropy": lambda pool: entropy_uncertainty(pool.scores),
    "least_confidence": lambda pool: least_confidence_uncertainty(pool.scores),
    "density": population_density,
    "novelty": lambda pool: novelty_scores(pool),
    "random": lambda pool: 1.0 - pool.draws,
}
"""Terms of a combination: (n,) scores of single candidates, larger is better."""


def novelty_scores(pool: Pool) -> Floats:
    """Return (n,) 1 - the largest cosine with any chosen row, in [0, 2]; 2 if nothing is chosen."""
    result: Floats = 1.0 - nearest_similarity(pool.vectors, pool.chosen_vectors)
    return result


def with_target_shares(strategy: Strategy, target: Shares) -> Strategy:
    """Return `strategy` within each predicted class, with the classes in proportion to `target`.

    target: (c + 1,) shares, the last for candidates without scores. Labelled rows count: a class that already
    has its share waits. Equal shares balance the classes.
    """
    return lambda pool, k: interleave_classes(pool, k, strategy, target)


def without_near_duplicates(strategy: Strategy, similarity: float) -> Strategy:
    """Return `strategy` whose picks have cosines below `similarity` with each other and with the chosen rows.

    Candidates too near to a chosen row leave the pool first. Then the strategy returns more than k
    candidates, and every pick that repeats an earlier one is skipped. Rounds continue, with the earlier picks
    as chosen rows, until there are k picks or no candidate is left.
    """

    def choose(pool: Pool, k: int) -> Ranking:
        free = nearest_similarity(pool.vectors, pool.chosen_vectors) < similarity
        picks: list[int] = []
        scores: list[float] = []
        while len(picks) < k and free.any():
            rows = np.flatnonzero(free)
            chosen_vectors = (
                np.concatenate([pool.chosen_vectors, pool.vectors[picks]]) if picks else pool.chosen_vectors
            )
            labels = (
                np.concatenate([pool.labels, np.full(len(picks), -1)]) if len(pool.labels) else pool.labels
            )
            opinions = pool.chosen_scores
            if picks and len(opinions) == len(pool.chosen_vectors) > 0:
                opinions = np.concatenate([opinions, pool.scores[picks]])
            remaining = replace(
                pool[rows], chosen_vectors=chosen_vectors, labels=labels, chosen_scores=opinions
            )
            missing = k - len(picks)
            ranking = strategy(remaining, missing + missing // 2 + 8)
            if not len(ranking):
                break
            distinct = _distinct_rows(remaining.vectors[ranking.indices], similarity, missing)
            new = rows[ranking.indices[distinct]]
            picks += new.tolist()
            scores += ranking.scores[distinct].tolist()
            free &= nearest_similarity(pool.vectors, pool.vectors[new]) < similarity
            free[new] = False
        return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))

    return choose


def _distinct_rows(vectors: Vectors, similarity: float, most: int) -> Indices:
    """Return the first `most` rows, in order, that have cosines below `similarity` with each other."""
    distinct = np.empty(0, np.int64)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        apart = nearest_similarity(block, vectors[distinct]) < similarity
        near = block @ block.T >= similarity
        for row in range(len(block)):
            if apart[row]:
                apart[row + 1 :] &= ~near[row, row + 1 :]
        distinct = np.concatenate([distinct, start + np.flatnonzero(apart)])
        if len(distinct) >= most:
            break
    return distinct[:most]


def weighted_combination(strengths: Mapping[str, float]) -> Strategy:
    """Return a strategy that ranks by the sum of strength x normalised rank over the terms.

    Strengths may be negative. Ranks (ties share the mean) make terms of any scale comparable; a candidate
    without a value for a term (NaN) gets the middle. Score: the sum, times the weight. Raises ValueError for
    an unknown term.
    """
    unknown = sorted(set(strengths) - set(TERMS))
    if unknown or not strengths:
        raise ValueError(f"{', '.join(unknown) or 'nothing'} cannot be combined: use {', '.join(TERMS)}")

    def choose(pool: Pool, k: int) -> Ranking:
        worth = np.zeros(len(pool), np.float32)
        for name, strength in strengths.items():
            worth += np.float32(strength) * normalised_ranks(TERMS[name](pool))
        lowest = min(0.0, float(worth.min(initial=0.0)))
        return best_first((worth - np.float32(lowest)) * pool.weights, pool, k)

    return choose


def normalised_ranks(values: Floats) -> Floats:
    """Return ranks in [0, 1], (n,): ties share their mean, NaN gets 1/2."""
    finite = np.isfinite(values)
    out = np.full(len(values), 0.5, np.float32)
    if finite.any():
        _, inverse, counts = np.unique(values[finite], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        out[finite] = (middle / max(1, finite.sum() - 1))[inverse]
    return out
