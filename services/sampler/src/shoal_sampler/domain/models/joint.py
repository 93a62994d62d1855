"""Joint vectors: a model's class probabilities as extra columns of the embeddings."""

import numpy as np

from shoal_sampler.domain.models.probabilities import class_probabilities
from shoal_sampler.domain.vectors.kernels import kernel_scale
from shoal_sampler.domain.vectors.rows import Floats, Vectors


def joint_vectors(vectors: Vectors, scores: Floats, weight: float) -> Vectors:
    """Return (n, d + c + 1) unit rows [x, sqrt(weight p)] / sqrt(1 + weight).

    p is a row's (c + 1) class probabilities. The cosine of two such rows is (x.z + weight B) / (1 + weight),
    where B = sum over classes of sqrt(p(x) p(z)), in [0, 1], says how much the model's predictions agree
    (Bhattacharyya 1943). vectors: (n, d) unit rows; scores: (n, c) as in probabilities.py; the last column of
    p belongs to no named class. Rows without scores count as undecided between all columns.
    """
    p, rest = class_probabilities(scores)
    p = np.column_stack([p, rest])
    p[np.isnan(p).any(axis=1)] = 1 / p.shape[1]
    parts = np.column_stack([vectors, np.sqrt(np.float32(weight) * p)])
    result: Vectors = parts.astype(np.float32, copy=False) / np.sqrt(np.float32(1 + weight))
    return result


def opinion_weight(population: Vectors, skill: float) -> float:
    """Return the weight for `joint_vectors`: skill x the median squared distance of two population rows.

    A perfect model (skill 1) then adds to the squared distance of a pair twice the typical one where it is
    sure that the classes differ (B = 0), and the typical one where it is half sure (B = 1/2). Embeddings and
    predictions count alike, whatever the spread of the embeddings. The predictions of a model that only
    guesses (skill 0) do not count.
    """
    return 4.0 * kernel_scale(population) * skill
