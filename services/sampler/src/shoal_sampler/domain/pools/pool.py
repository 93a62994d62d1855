"""What a strategy is given and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors, empty

UNKNOWN = -1
"""The class of a row that has no label."""

Report = Callable[[int, int], None]


def ignore(done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """n candidates and what is known around them. Row i of every array is candidate i.

    vectors: (n, d) unit rows. scores: (n, c) of the model, NaN where it gave none; c may be 0.
    weights: (n,) positive, multiply a candidate's worth. draws: (n,) in [0, 1), each candidate's own chance.
    chosen: (m, d), labelled or on its way to be; labels: (m,) their classes, UNKNOWN where not labelled, empty where
    nobody knows any; chosen_scores: (m, c) of the model that gave `scores`, empty where they are not known.
    population: (r, d), what the choice should stand for; the candidates themselves where it is empty. examples,
    counter_examples: (e, d), (f, d). seed: of everything that is drawn. report(done, all) is called now and then by
    work that takes long.
    """

    vectors: Vectors
    scores: Floats
    draws: Floats
    weights: Floats
    chosen: Vectors
    population: Vectors
    examples: Vectors = field(default_factory=lambda: empty(0))
    counter_examples: Vectors = field(default_factory=lambda: empty(0))
    labels: Indices = field(default_factory=lambda: np.empty(0, np.int64))
    chosen_scores: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    seed: int = 0
    report: Report = ignore

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Indices) -> "Pool":
        """Return the pool with the candidates `rows` (j,) only."""
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
    chosen: Vectors | None = None,
    population: Vectors | None = None,
    labels: Indices | None = None,
    chosen_scores: Floats | None = None,
    seed: int = 0,
    report: Report = ignore,
) -> Pool:
    """Return a pool of `vectors` with everything else absent unless given."""
    n, dimension = vectors.shape
    nothing = empty(dimension)
    return Pool(
        vectors=vectors,
        scores=scores if scores is not None else np.empty((n, 0), np.float32),
        draws=draws if draws is not None else np.zeros(n, np.float32),
        weights=weights if weights is not None else np.ones(n, np.float32),
        chosen=chosen if chosen is not None else nothing,
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
    """Candidates in the order of choice, best first, and their scores: (k,) each. The rest cannot be
    chosen.
    """

    indices: Indices
    scores: Floats

    def __len__(self) -> int:
        return len(self.indices)


Strategy = Callable[[Pool, int], Ranking]
"""Return at most k candidates. Deterministic: ties go to the lower draw, then to the lower index."""


def top(worth: Floats, draws: Floats, k: int) -> Indices:
    """Return the k indices that come first by worth, then by draw, then by index, in this order.

    NaN and -inf never come. O(n) and a sort of what is returned.
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
    """Return the k candidates of highest `worth` (n,); NaN and -inf mean that a candidate cannot be chosen."""
    indices = top(worth, pool.draws, k)
    return Ranking(indices, worth[indices].astype(np.float32))


def no_picks() -> Ranking:
    """Return the ranking of nothing."""
    return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
