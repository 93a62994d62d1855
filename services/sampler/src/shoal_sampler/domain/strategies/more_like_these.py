"""More like these: a standing question asked with examples and counter-examples."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.rows import Floats, Vectors


def likeness(similarity: Floats, examples: int) -> Floats:
    """Return (n,) how like the examples each row is, from its cosines with the prototypes.

    similarity: (n, e + f) cosines, the `examples` = e first columns with examples, the other f with
    counter-examples. With a = the largest cosine with an example and b = the largest with a counter-example:

        score = a          where a >= b
        score = a - b < 0  where a counter-example is nearer: not like these, whatever the threshold

    so that a score is in [-2, 1] and reads as a cosine; the second case never passes a threshold, which is
    >= 0.
    """
    nearest: Floats = similarity[:, :examples].max(axis=1)
    if similarity.shape[1] == examples:
        return nearest
    against: Floats = similarity[:, examples:].max(axis=1)
    return np.where(nearest >= against, nearest, nearest - against).astype(np.float32)


def all_likenesses(vectors: Vectors, campaigns: list[tuple[Vectors, Vectors]]) -> list[Floats]:
    """Return each campaign's (n,) scores, by one gemm of `vectors` with the prototypes of all campaigns.

    campaigns: (examples, counter_examples) of each, at least one example.
    """
    if not campaigns:
        return []
    prototypes = np.concatenate([rows for pair in campaigns for rows in pair])
    similarity = vectors @ prototypes.T
    scores: list[Floats] = []
    start = 0
    for examples, counter_examples in campaigns:
        stop = start + len(examples) + len(counter_examples)
        scores.append(likeness(similarity[:, start:stop], len(examples)))
        start = stop
    return scores


def more_like_these(pool: Pool, k: int) -> Ranking:
    """Return the k candidates most like `pool.examples` and not like `pool.counter_examples`. O(n (e + f)
    d).
    """
    if not len(pool.examples):
        raise ValueError("more_like_these needs at least one example")
    scores = all_likenesses(pool.vectors, [(pool.examples, pool.counter_examples)])[0]
    return best_first(np.where(scores >= 0, scores * pool.weights, -np.inf), pool, k)


MORE_LIKE_THESE = NamedStrategy(
    name="more_like_these",
    choose=more_like_these,
    reason="like the examples",
    purpose="campaigns: samples similar to examples and not closer to a counter-example",
    needs=frozenset({"examples"}),
)
