"""How unsure a model is of each row, from its scores alone."""

import numpy as np

from shoal_sampler.domain.models.probabilities import class_probabilities
from shoal_sampler.domain.vectors.rows import Floats


def margin_uncertainty(scores: Floats) -> Floats:
    """Return 1 - (p1 - p2) per row of (n, c) scores, in [0, 1]; NaN for a row without scores.

    If the model names one class only, the runner-up is the rest (a binary classifier that reports its
    positive class); the rest never exceeds the class it is runner-up to. Scheffer et al. 2001.
    """
    p, rest = class_probabilities(scores)
    if p.shape[1] == 0:
        return np.full(len(p), np.nan, np.float32)
    first = p.max(axis=1)
    second = np.partition(p, -2, axis=1)[:, -2] if p.shape[1] > 1 else np.zeros_like(first)
    alone = np.isfinite(scores).sum(axis=1) == 1
    second = np.where(alone, np.minimum(rest, first), second)
    return np.asarray(1.0 - (first - second), dtype=np.float32)


def entropy_uncertainty(scores: Floats) -> Floats:
    """Return -sum p ln p per row of (n, c) scores, in nats; NaN for a row without scores.

    The rest counts as one more class, so partial scores give a lower bound. Shannon 1948.
    """
    p, rest = class_probabilities(scores)
    full = np.column_stack([p, rest])
    logs = np.log(full, where=full > 0, out=np.zeros_like(full))
    return np.asarray(-(full * logs).sum(axis=1), dtype=np.float32)


def least_confidence_uncertainty(scores: Floats) -> Floats:
    """Return 1 - p1 per row of (n, c) scores, in [0, 1); NaN for a row without scores.

    Lewis and Gale 1994.
    """
    p, _ = class_probabilities(scores)
    if p.shape[1] == 0:
        return np.full(len(p), np.nan, np.float32)
    return np.asarray(1.0 - p.max(axis=1), dtype=np.float32)
