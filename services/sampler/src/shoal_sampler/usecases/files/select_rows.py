"""Selection of rows from a table of embeddings: the strategies on a user's own data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal.files.errors import BadInput
from shoal.wording import format_count
from shoal_sampler.domain.campaigns.keyed import keyed_draws
from shoal_sampler.domain.combining import weighted_combination, with_target_shares, without_near_duplicates
from shoal_sampler.domain.models.evidence import Evidence
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking, Report, Strategy, ignore_progress, pool_of
from shoal_sampler.domain.strategies import STRATEGIES, file_strategies
from shoal_sampler.domain.strategies.auto import choose_with_evidence
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Embeddings and what is known about them.

    vectors: (n, d) unit rows. labelled: (m,) rows. labels: (m,) their classes in [0, c), or UNKNOWN.
    probabilities: (n, c) or None. weights: (n,) or None. disposable: vectors may be overwritten; the
    candidates of a million rows are then moved in place instead of copied.
    """

    vectors: Vectors
    labelled: Indices
    labels: Indices
    probabilities: Floats | None = None
    weights: Floats | None = None
    disposable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How to choose n rows.

    combine: term -> strength, instead of a strategy. target: (c,) shares of predicted classes. duplicates:
    cosine from which two rows count as the same.
    """

    n: int
    strategy: str = "auto"
    seed: int = 0
    combine: Mapping[str, float] | None = None
    target: Sequence[float] | None = None
    duplicates: float | None = None


@dataclass(frozen=True, slots=True)
class Picks:
    """rows and scores: (k,), best first. reason: one for all picks. evidence: from `auto`, else None."""

    rows: Indices
    scores: Floats
    reason: str
    evidence: Evidence | None


def choose_rows(table: Table, request: Request, report: Report = ignore_progress) -> Picks:
    """Return the picks. Raises BadInput for a request that the table cannot satisfy."""
    rows = np.setdiff1d(np.arange(len(table.vectors)), table.labelled)
    _check_request(table, request, len(rows))
    pool = _candidate_pool(table, rows, request.seed, report)
    evidences: list[Evidence] = []

    def auto(candidates: Pool, k: int) -> Ranking:
        ranking, evidence = choose_with_evidence(candidates, k)
        evidences.append(evidence)
        return ranking

    ranking = _requested_strategy(request, auto, pool)(pool, request.n)
    evidence = evidences[0] if evidences else None
    return Picks(rows[ranking.indices], ranking.scores, _reason_text(request, evidence), evidence)


def choose_without(table: Table, bad: Indices, request: Request, report: Report = ignore_progress) -> Picks:
    """Return the picks from a table without its bad rows, with the row numbers of the whole table.

    Raises BadInput for a request that the table cannot satisfy.
    """
    if not len(bad):
        return choose_rows(table, request, report)
    good = np.setdiff1d(np.arange(len(table.vectors)), bad)
    number = np.full(len(table.vectors), -1)
    number[good] = np.arange(len(good))
    labelled = number[table.labelled]
    rest = Table(
        vectors=table.vectors[good],
        labelled=labelled[labelled >= 0],
        labels=table.labels[labelled >= 0],
        probabilities=None if table.probabilities is None else table.probabilities[good],
        weights=None if table.weights is None else table.weights[good],
        disposable=True,
    )
    picks = choose_rows(rest, request, report)
    return replace(picks, rows=good[picks.rows])


def _check_request(table: Table, request: Request, candidates: int) -> None:
    if request.n < 1:
        raise BadInput("must be at least 1", field="n")
    if request.n > candidates:
        counts = f"{format_count(len(table.vectors), 'row')}, {len(table.labelled)} of them labelled"
        raise BadInput(
            f"{request.n}, but only {candidates} can be chosen ({counts}): ask for fewer", field="n"
        )
    if request.strategy not in file_strategies():
        choices = ", ".join(file_strategies())
        raise BadInput(f"{request.strategy!r} is unknown: use one of {choices}", field="strategy")
    scores_wanted = request.combine is None and "scores" in STRATEGIES[request.strategy].needs
    if table.probabilities is None and (scores_wanted or request.target is not None):
        raise BadInput(
            "this choice needs the model's probabilities: give them, or use the strategy auto",
            field="probabilities",
        )


def _candidate_pool(table: Table, rows: Indices, seed: int, report: Report) -> Pool:
    chosen_vectors = table.vectors[table.labelled]
    return pool_of(
        _compact_rows(table.vectors, rows) if table.disposable else table.vectors[rows],
        scores=None if table.probabilities is None else table.probabilities[rows],
        draws=keyed_draws(b"select", f"seed:{seed}", [str(row) for row in rows]).astype(np.float32),
        weights=None if table.weights is None else table.weights[rows],
        chosen_vectors=chosen_vectors,
        labels=table.labels if (table.labels != UNKNOWN).any() else None,
        chosen_scores=None if table.probabilities is None else table.probabilities[table.labelled],
        seed=seed,
        report=report,
    )


def _compact_rows(vectors: Vectors, rows: Indices) -> Vectors:
    """Move the ascending `rows` of `vectors` to its front, in place, and return them.

    A row never moves to a higher index, so nothing is overwritten before it is read.
    """
    if len(rows) < len(vectors):
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            vectors[start : start + len(part)] = vectors[part]
    return vectors[: len(rows)]


def _requested_strategy(request: Request, auto: Strategy, pool: Pool) -> Strategy:
    strategy: Strategy = auto if request.strategy == "auto" else STRATEGIES[request.strategy]
    if request.combine:
        try:
            strategy = weighted_combination(request.combine)
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
        strategy = with_target_shares(_without_progress(strategy), np.append(shares, 0.0))
    if request.duplicates is not None:
        strategy = without_near_duplicates(strategy, request.duplicates)
    return strategy


def _without_progress(strategy: Strategy) -> Strategy:
    """Return the strategy without progress reports, which would cover one class among many."""
    return lambda pool, k: strategy(replace(pool, report=ignore_progress), k)


def _reason_text(request: Request, evidence: Evidence | None) -> str:
    if request.combine:
        return " + ".join(f"{strength:g} x {name}" for name, strength in request.combine.items())
    if evidence is None:
        return request.strategy
    return f"auto: {evidence.regime}, {evidence.reason}"
