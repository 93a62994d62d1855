"""Greedy maximum coverage: the engine behind herding, uncertainty herding and facility location.

With a similarity k(z, x) >= 0, importances u >= 0 of the population's rows and weights w > 0 of the candidates, the
value of a set S is

    F(S) = sum over z of u(z) max over x in S of k(z, x),

monotone and submodular, so that taking the candidate of largest weighted gain w(x) (F(S + x) - F(S)) again and again
is within 1 - 1/e of the best set of that size (Nemhauser, Wolsey and Fisher 1978).

The n r similarities are computed once, by gemm, and kept as uint16 (similarities.py); picks.py finds the greedy picks
among them. More than KEPT similarities are not held at once: the candidates then fall into random parts, greedy picks
k of each part, FINALISTS at least, and greedy picks k of these. Within 3 % of greedy in the tests; in the mean the
better of this and the best part's own picks is within (1 - 1/e) / 2 of the best set (Mirzasoleiman et al. 2013, arXiv
1411.0541; Barbosa et al. 2015, arXiv 1502.02606). Where the finalists are too many as well, each part gives its share
of k, given the picks of the parts before it: at least half of the best set that has these shares (Fisher, Nemhauser
and Wolsey 1978).

Cost: n r d multiplications, and a few passes over the kept similarities, on every processor. Memory: 2 n r bytes, at
most 1 GiB, beside the candidates. Nothing is n x n.
"""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.coverage.picks import pick
from shoal_sampler.domain.coverage.similarities import Coverage, Table
from shoal_sampler.domain.pools.pool import Pool, Ranking, Report, no_picks
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.domain.vectors.threads import Crew

KEPT = 1 << 29  # similarities that may be held at once, 2 bytes each
FINALISTS = 256  # of each part, at least: they cost little, and a small k needs alternatives


def greedy(pool: Pool, coverage: Coverage, k: int) -> Ranking:
    """Return k candidates by greedy gain; ties go to the lower draw, then to the lower index. Score: the gain.

    A gain is exact up to a factor 1 - 2^-15 and to a unit of similarity, 1 / 65,000; equal candidates come by their
    draws.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    with Crew() as threads:
        coverage.add(pool.chosen, threads)
        room = max(1, KEPT // max(1, len(coverage)))
        if len(pool) <= room:
            return _pick(pool, coverage, k, threads)
        parts = np.array_split(np.random.default_rng(pool.seed).permutation(len(pool)), -(-len(pool) // room))
        if k * len(parts) > room:
            return _in_turn(pool, coverage, k=k, parts=parts, threads=threads)
        return _of_the_best(
            pool, coverage, k=k, parts=parts, each=max(k, min(FINALISTS, room // len(parts))), threads=threads
        )


def _pick(pool: Pool, coverage: Coverage, k: int, threads: Crew) -> Ranking:
    seen = replace(pool, vectors=coverage.view(pool))
    return pick(seen, coverage, table=Table(seen, coverage, threads), k=k, threads=threads)


def _within(pool: Pool, coverage: Coverage, *, k: int, part: Indices, threads: Crew) -> Ranking:
    """Return at most k candidates of `part`, numbered as in the pool."""
    rows = np.sort(part)
    found = _pick(pool[rows], coverage, min(k, len(rows)), threads)
    return replace(found, indices=rows[found.indices])


def _of_the_best(
    pool: Pool, coverage: Coverage, *, k: int, parts: list[Indices], each: int, threads: Crew
) -> Ranking:
    """Return k of the candidates that are the `each` best of the parts, each part looked at by itself."""
    stages = _stages(pool, len(parts) + 1)
    best = [
        _within(stage, coverage.copy(), k=each, part=part, threads=threads).indices
        for stage, part in zip(stages, parts, strict=False)
    ]
    return _within(stages[-1], coverage, k=k, part=np.concatenate(best), threads=threads)


def _in_turn(pool: Pool, coverage: Coverage, *, k: int, parts: list[Indices], threads: Crew) -> Ranking:
    """Return k candidates, as many of each part, each part given what was chosen of those before it."""
    shares = [len(share) for share in np.array_split(np.arange(k), len(parts))]
    found = [
        _within(stage, coverage, k=share, part=part, threads=threads)
        for stage, share, part in zip(_stages(pool, len(parts)), shares, parts, strict=True)
    ]
    return Ranking(
        *(np.concatenate([getattr(each, name) for each in found]) for name in ("indices", "scores"))
    )


def _stages(pool: Pool, count: int) -> list[Pool]:
    """Return the pool `count` times, each reporting its part of the work."""

    def of(stage: int) -> Report:
        return lambda done, total: pool.report(stage * total + done, count * total)

    return [replace(pool, report=of(stage)) for stage in range(count)]
