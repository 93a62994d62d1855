"""What a strategy is given and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from shoal_sampler.domain.vectors import Floats, Indices, Vectors, empty


@dataclass(frozen=True, slots=True)
class Pool:
    """n candidates and what is known around them. Row i of every array is candidate i.

    vectors: (n, d) unit rows. scores: (n, c) of the model, NaN where it gave none; c may be 0.
    weights: (n,) positive, multiply a candidate's worth. draws: (n,) in [0, 1), each candidate's own chance.
    chosen: (m, d), labelled or on its way to be. population: (r, d), what the choice should stand for; the
    candidates themselves where it is empty. examples, counter_examples: (e, d), (f, d).
    """

    vectors: Vectors
    scores: Floats
    draws: Floats
    weights: Floats
    chosen: Vectors
    population: Vectors
    examples: Vectors = field(default_factory=lambda: empty(0))
    counter_examples: Vectors = field(default_factory=lambda: empty(0))

    def __len__(self) -> int:
        return len(self.vectors)


def pool_of(
    vectors: Vectors,
    *,
    scores: Floats | None = None,
    draws: Floats | None = None,
    weights: Floats | None = None,
    chosen: Vectors | None = None,
    population: Vectors | None = None,
) -> Pool:
    """Return a pool of `vectors` with everything else absent unless given."""
    n, dimension = vectors.shape
    nothing = empty(dimension)
    return Pool(
        vectors,
        scores if scores is not None else np.empty((n, 0), np.float32),
        draws if draws is not None else np.zeros(n, np.float32),
        weights if weights is not None else np.ones(n, np.float32),
        chosen if chosen is not None else nothing,
        population if population is not None else nothing,
        nothing,
        nothing,
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


def best_first(worth: Floats, pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest `worth` (n,); NaN and -inf mean that a candidate cannot be chosen."""
    usable = np.flatnonzero(worth > -np.inf)
    order = np.lexsort((usable, pool.draws[usable], -worth[usable]))[: max(k, 0)]
    indices = usable[order].astype(np.int64)
    return Ranking(indices, worth[indices].astype(np.float32))
