"""The input and the output of a strategy."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors, no_vectors

UNKNOWN = -1
"""Class of a row without a label."""

Report = Callable[[int, int], None]


def ignore_progress(count: int, total: int) -> None:
    """Ignore a progress report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """n candidates and their context. Row i of every array of n rows is candidate i.

    vectors: (n, d) unit rows. scores: (n, c) of the model, NaN for missing ones; c may be 0. draws: (n,) in
    [0, 1), one random number per candidate. weights: (n,) positive, multiply a candidate's worth.
    chosen_vectors: (m, d), rows that are labelled or about to be. labels: (m,) their classes, UNKNOWN for
    rows without a label; empty if no labels are known. chosen_scores: (m, c) from the model that gave
    `scores`; empty if they are missing. population: (r, d), the rows that the choice should represent; if
    empty, the candidates themselves. examples, counter_examples: (e, d), (f, d). seed: seeds every random
    draw. report(count, total): progress of long work, called now and then.
    """

    vectors: Vectors
    scores: Floats
    draws: Floats
    weights: Floats
    chosen_vectors: Vectors
    population: Vectors
    examples: Vectors = field(default_factory=lambda: no_vectors(0))
    counter_examples: Vectors = field(default_factory=lambda: no_vectors(0))
    labels: Indices = field(default_factory=lambda: np.empty(0, np.int64))
    chosen_scores: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    seed: int = 0
    report: Report = ignore_progress

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Indices) -> "Pool":
        """Return the pool restricted to the candidates `rows` (j,)."""
        return replace(
            self,
            vectors=self.vectors[rows],
            scores=self.scores[rows],
            draws=self.draws[rows],
            weights=self.weights[rows],
        )


def pool_of(
    vectors: Vectors,
    *,
    scores: Floats | None = None,
    draws: Floats | None = None,
    weights: Floats | None = None,
    chosen_vectors: Vectors | None = None,
    population: Vectors | None = None,
    labels: Indices | None = None,
    chosen_scores: Floats | None = None,
    seed: int = 0,
    report: Report = ignore_progress,
) -> Pool:
    """Return a pool of `vectors`; every other part is empty or neutral by default."""
    n, dimension = vectors.shape
    nothing = no_vectors(dimension)
    return Pool(
        vectors=vectors,
        scores=scores if scores is not None else np.empty((n, 0), np.float32),
        draws=draws if draws is not None else np.zeros(n, np.float32),
        weights=weights if weights is not None else np.ones(n, np.float32),
        chosen_vectors=chosen_vectors if chosen_vectors is not None else nothing,
        population=population if population is not None else nothing,
        examples=nothing,
        counter_examples=nothing,
        labels=labels if labels is not None else np.empty(0, np.int64),
        chosen_scores=chosen_scores if chosen_scores is not None else np.empty((0, 0), np.float32),
        seed=seed,
        report=report,
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order of choice, best first, and their scores: (k,) each.

    Candidates that are missing cannot be chosen.
    """

    indices: Indices
    scores: Floats

    def __len__(self) -> int:
        return len(self.indices)


Strategy = Callable[[Pool, int], Ranking]
"""Returns at most k candidates. Deterministic: ties go to the lower draw, then to the lower index."""


def top_rows(worth: Floats, draws: Floats, k: int) -> Indices:
    """Return the k indices of highest worth, best first; ties go to the lower draw, then to the lower index.

    NaN and -inf are never returned. Cost: O(n), and a sort of the result.
    """
    usable = worth > -np.inf
    k = min(k, int(np.count_nonzero(usable)))
    if k <= 0:
        return np.empty(0, np.int64)
    values = np.where(usable, worth, np.float32(-np.inf))
    values.partition(len(values) - k)
    candidates = np.flatnonzero(worth >= values[len(values) - k])
    order = np.lexsort((candidates, draws[candidates], -worth[candidates]))[:k]
    first: Indices = candidates[order].astype(np.int64)
    return first


def best_first(worth: Floats, pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest `worth` (n,); NaN and -inf mark candidates that cannot be chosen."""
    indices = top_rows(worth, pool.draws, k)
    return Ranking(indices, worth[indices].astype(np.float32))


def no_picks() -> Ranking:
    """Return an empty ranking."""
    return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
