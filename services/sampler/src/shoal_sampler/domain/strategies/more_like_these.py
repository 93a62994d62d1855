"""More like these: samples similar to examples and not closer to counter-examples."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.rows import Floats, Vectors


def example_similarity(similarity: Floats, examples: int) -> Floats:
    """Return (n,) how similar each row is to the examples, from its cosines with the prototypes.

    similarity: (n, e + f) cosines; the first `examples` = e columns are for examples, the other f for
    counter-examples. With a = the largest cosine with an example and b = the largest with a counter-example:

        score = a          if a >= b
        score = a - b < 0  if a counter-example is closer: below every threshold

    A score is in [-2, 1] and reads as a cosine; a negative one never passes a threshold, which is >= 0.
    """
    nearest: Floats = similarity[:, :examples].max(axis=1)
    if similarity.shape[1] == examples:
        return nearest
    against: Floats = similarity[:, examples:].max(axis=1)
    return np.where(nearest >= against, nearest, nearest - against).astype(np.float32)


def campaign_similarities(vectors: Vectors, campaigns: list[tuple[Vectors, Vectors]]) -> list[Floats]:
    """Return each campaign's (n,) scores, by one matrix product of `vectors` with all campaigns' prototypes.

    campaigns: (examples, counter_examples) of each, with at least one example.
    """
    if not campaigns:
        return []
    prototypes = np.concatenate([rows for pair in campaigns for rows in pair])
    similarity = vectors @ prototypes.T
    scores: list[Floats] = []
    start = 0
    for examples, counter_examples in campaigns:
        stop = start + len(examples) + len(counter_examples)
        scores.append(example_similarity(similarity[:, start:stop], len(examples)))
        start = stop
    return scores


def more_like_these(pool: Pool, k: int) -> Ranking:
    """Return the k candidates most similar to `pool.examples` and not closer to `pool.counter_examples`.

    Cost: O(n (e + f) d). Raises ValueError without examples.
    """
    if not len(pool.examples):
        raise ValueError("more_like_these needs at least one example")
    scores = campaign_similarities(pool.vectors, [(pool.examples, pool.counter_examples)])[0]
    return best_first(np.where(scores >= 0, scores * pool.weights, -np.inf), pool, k)


MORE_LIKE_THESE = NamedStrategy(
    name="more_like_these",
    choose=more_like_these,
    reason="similar to the examples",
    purpose="campaigns: samples similar to examples and not closer to a counter-example",
    needs=frozenset({"examples"}),
)
