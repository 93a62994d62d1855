"""Images with crops: the part of each sample that a campaign's examples are compared with."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from shoal_sampler.domain.campaigns.campaign import Selection
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.strategies.more_like_these import campaign_similarities
from shoal_sampler.domain.vectors.rows import Vectors, no_vectors


def nearest_parts(samples: Sequence[Sample], selection: Selection) -> Vectors:
    """Return (n, d) the vector of each sample, or of its crop that is more similar to the examples.

    An image is then as similar to an example as its most similar object. A sample without crops has its own
    vector. Every sample has a vector of the examples' generation. Cost: one matrix product of all vectors.
    """
    parts = [_comparable_vectors(sample, selection.generation) for sample in samples]
    rows = np.concatenate(parts)
    if len(rows) == len(samples):
        return rows
    against = selection.counter_examples
    against = against if len(against) else no_vectors(rows.shape[1])
    (scores,) = campaign_similarities(rows, [(selection.examples, against)])
    starts = np.cumsum([0, *(len(part) for part in parts)])
    best = [start + int(scores[start:stop].argmax()) for start, stop in pairwise(starts)]
    nearest: Vectors = rows[best]
    return nearest


def _comparable_vectors(sample: Sample, generation: str | None) -> Vectors:
    """Return the sample's vectors of a generation, the whole first; None stands for the sample's own."""
    own = sample.vector[np.newaxis].astype(np.float32)
    if generation is None or generation != sample.crop_generation:
        return own
    if generation != sample.generation:
        return sample.crop_vectors
    return np.concatenate([own, sample.crop_vectors])
