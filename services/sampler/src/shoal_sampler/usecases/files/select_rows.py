"""Choose rows of a table of embeddings: the strategies on a user's own data, without any stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal.files.errors import BadInput
from shoal_sampler.domain.campaigns.keyed import keyed_draws
from shoal_sampler.domain.models.evidence import Evidence
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking, Report, Strategy, ignore_progress, pool_of
from shoal_sampler.domain.strategies import STRATEGIES, file_strategies
from shoal_sampler.domain.strategies.auto import choose_with_evidence
from shoal_sampler.domain.strategies.combining import (
    weighted_combination,
    with_target_shares,
    without_near_duplicates,
)
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is known: vectors (n, d) unit rows; probabilities (n, c) or None; labelled (m,) rows and their classes.

    labels: (m,) in [0, c) or UNKNOWN; weights: (n,) or None. disposable: vectors may be overwritten, so that a million
    rows are moved together where they are and not copied.
    """

    vectors: Vectors
    labelled: Indices
    labels: Indices
    probabilities: Floats | None = None
    weights: Floats | None = None
    disposable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted. combine: term -> strength, in place of a strategy; target: (c,) shares of predicted classes;
    duplicates: a cosine from which two rows count as the same.
    """

    n: int
    strategy: str = "auto"
    seed: int = 0
    combine: Mapping[str, float] | None = None
    target: Sequence[float] | None = None
    duplicates: float | None = None


@dataclass(frozen=True, slots=True)
class Picks:
    """rows and scores, best first: (k,); reason: one for all; evidence: of `auto`."""

    rows: Indices
    scores: Floats
    reason: str
    evidence: Evidence | None


def select(table: Table, request: Request, report: Report = ignore_progress) -> Picks:
    """Return the picks. Raises BadInput for a request that the table cannot answer."""
    rows = np.setdiff1d(np.arange(len(table.vectors)), table.labelled)
    _check(table, request, len(rows))
    pool = _pool(table, rows, request.seed, report)
    seen: list[Evidence] = []

    def auto(given: Pool, k: int) -> Ranking:
        ranking, evidence = choose_with_evidence(given, k)
        seen.append(evidence)
        return ranking

    ranking = _strategy(request, auto, pool)(pool, request.n)
    evidence = seen[0] if seen else None
    return Picks(rows[ranking.indices], ranking.scores, _reason(request, evidence), evidence)


def _check(table: Table, request: Request, candidates: int) -> None:
    if request.n < 1:
        raise BadInput(f"{request.n} rows: ask for at least 1", field="n")
    if request.n > candidates:
        told = f"{len(table.vectors)} rows, {len(table.labelled)} of them labelled"
        raise BadInput(f"{request.n}, but only {candidates} can be chosen ({told}): ask for fewer", field="n")
    if request.strategy not in file_strategies():
        choices = ", ".join(file_strategies())
        raise BadInput(f"{request.strategy!r} is unknown: use one of {choices}", field="strategy")
    scores_wanted = request.combine is None and "scores" in STRATEGIES[request.strategy].needs
    if table.probabilities is None and (scores_wanted or request.target is not None):
        raise BadInput(
            "this choice goes by the model's probabilities: give them, or use the strategy auto",
            field="probabilities",
        )


def _pool(table: Table, rows: Indices, seed: int, report: Report) -> Pool:
    chosen = table.vectors[table.labelled]
    return pool_of(
        _moved_together(table.vectors, rows) if table.disposable else table.vectors[rows],
        scores=None if table.probabilities is None else table.probabilities[rows],
        draws=keyed_draws(b"select", f"seed:{seed}", [str(row) for row in rows]).astype(np.float32),
        weights=None if table.weights is None else table.weights[rows],
        chosen_vectors=chosen,
        labels=table.labels if (table.labels != UNKNOWN).any() else None,
        chosen_scores=None if table.probabilities is None else table.probabilities[table.labelled],
        seed=seed,
        report=report,
    )


def _moved_together(vectors: Vectors, rows: Indices) -> Vectors:
    """Return the ascending `rows` of `vectors`, in the memory of `vectors`.

    A row never lies below its new place, and so nothing is overwritten before it is read.
    """
    if len(rows) < len(vectors):
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            vectors[start : start + len(part)] = vectors[part]
    return vectors[: len(rows)]


def _strategy(request: Request, auto: Strategy, pool: Pool) -> Strategy:
    chosen: Strategy = auto if request.strategy == "auto" else STRATEGIES[request.strategy]
    if request.combine:
        try:
            chosen = weighted_combination(request.combine)
        except ValueError as error:
            raise BadInput(str(error)) from None
    if request.target is not None:
        classes = pool.scores.shape[1]
        shares = np.array(request.target or [1.0] * classes, np.float64)
        if len(shares) != classes or not (
            np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0
        ):
            raise BadInput(
                f"the target needs {classes} shares, one for each column of the probabilities, none below 0"
            )
        chosen = with_target_shares(_quiet(chosen), np.append(shares, 0.0))
    if request.duplicates is not None:
        chosen = without_near_duplicates(chosen, request.duplicates)
    return chosen


def _quiet(strategy: Strategy) -> Strategy:
    """Return the strategy without progress: of one class among many it would say nothing."""
    return lambda pool, k: strategy(replace(pool, report=ignore_progress), k)


def _reason(request: Request, evidence: Evidence | None) -> str:
    if request.combine:
        return " + ".join(f"{strength:g} x {name}" for name, strength in request.combine.items())
    if evidence is None:
        return request.strategy
    return f"auto: {evidence.regime}, {evidence.reason}"
