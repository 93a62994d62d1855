"""Greedy maximum coverage: the engine behind herding, uncertainty herding and facility location.

With a similarity k(z, x) >= 0, importances u >= 0 of the population's rows and weights w > 0 of the
candidates, the value of a set S is

    F(S) = sum over z of u(z) max over x in S of k(z, x).

It is monotone and submodular, so repeatedly taking the candidate of largest weighted gain w(x) (F(S + x) -
F(S)) is within 1 - 1/e of the best set of that size (Nemhauser, Wolsey and Fisher 1978).

The n r similarities are computed once, by matrix products, and kept as uint16 (similarities.py); picks.py
makes the greedy picks from them. At most TABLE_VALUES similarities are held at once. A larger pool is divided
into random parts; greedy picks k candidates of each part, at least FINALISTS, and then k of these. In the
tests this stays within 3 % of greedy; in expectation, the better of this and the best part's own picks is
within (1 - 1/e) / 2 of the best set (Mirzasoleiman et al. 2013, arXiv 1411.0541; Barbosa et al. 2015, arXiv
1502.02606). If there are too many finalists as well, each part gives its share of k, after the picks of the
parts before it: at least half of the best set that has these shares (Fisher, Nemhauser and Wolsey 1978).

Cost: n r d multiplications, and a few passes over the similarities, on every processor. Memory: 2 n r bytes,
at most 1 GiB, in addition to the candidates. Nothing is n x n.
"""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.coverage.picks import pick_greedily
from shoal_sampler.domain.coverage.similarities import Coverage, Table
from shoal_sampler.domain.pools.pool import Pool, Ranking, Report, no_picks
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.domain.vectors.threads import BlockThreads

TABLE_VALUES = 1 << 29  # most similarities held at once, 2 bytes each
FINALISTS = 256  # least candidates of each part: they cost little, and a small k needs alternatives


def cover_greedily(pool: Pool, coverage: Coverage, k: int) -> Ranking:
    """Return k candidates by greedy gain; ties go to the lower draw, then to the lower index.

    Score: the gain. A gain is exact up to a factor 1 - 2^-15 and to a unit of similarity, 1 / 65,000; equal
    candidates are ordered by their draws.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    with BlockThreads() as threads:
        coverage.add(pool.chosen_vectors, threads)
        room = max(1, TABLE_VALUES // max(1, len(coverage)))
        if len(pool) <= room:
            return _pick_from_table(pool, coverage, k, threads)
        parts = np.array_split(np.random.default_rng(pool.seed).permutation(len(pool)), -(-len(pool) // room))
        if k * len(parts) > room:
            return _pick_in_turn(pool, coverage, k=k, parts=parts, threads=threads)
        return _pick_among_finalists(
            pool,
            coverage,
            k=k,
            parts=parts,
            finalists=max(k, min(FINALISTS, room // len(parts))),
            threads=threads,
        )


def _pick_from_table(pool: Pool, coverage: Coverage, k: int, threads: BlockThreads) -> Ranking:
    projection = replace(pool, vectors=coverage.view(pool))
    return pick_greedily(
        projection, coverage, table=Table(projection, coverage, threads), k=k, threads=threads
    )


def _pick_within(pool: Pool, coverage: Coverage, *, k: int, part: Indices, threads: BlockThreads) -> Ranking:
    """Return at most k candidates of `part`, numbered as in the pool."""
    rows = np.sort(part)
    ranking = _pick_from_table(pool[rows], coverage, min(k, len(rows)), threads)
    return replace(ranking, indices=rows[ranking.indices])


def _pick_among_finalists(
    pool: Pool, coverage: Coverage, *, k: int, parts: list[Indices], finalists: int, threads: BlockThreads
) -> Ranking:
    """Return k candidates of the `finalists` best of each part, where each part is covered by itself."""
    stages = _staged_pools(pool, len(parts) + 1)
    best = [
        _pick_within(stage, coverage.copy(), k=finalists, part=part, threads=threads).indices
        for stage, part in zip(stages, parts, strict=False)
    ]
    return _pick_within(stages[-1], coverage, k=k, part=np.concatenate(best), threads=threads)


def _pick_in_turn(
    pool: Pool, coverage: Coverage, *, k: int, parts: list[Indices], threads: BlockThreads
) -> Ranking:
    """Return k candidates, equally many of each part; each part follows the picks of those before it."""
    shares = [len(share) for share in np.array_split(np.arange(k), len(parts))]
    rankings = [
        _pick_within(stage, coverage, k=share, part=part, threads=threads)
        for stage, share, part in zip(_staged_pools(pool, len(parts)), shares, parts, strict=True)
    ]
    return Ranking(
        *(np.concatenate([getattr(ranking, name) for ranking in rankings]) for name in ("indices", "scores"))
    )


def _staged_pools(pool: Pool, count: int) -> list[Pool]:
    """Return the pool `count` times, each reporting its share of the work."""

    def of(stage: int) -> Report:
        return lambda done, total: pool.report(stage * total + done, count * total)

    return [replace(pool, report=of(stage)) for stage in range(count)]
