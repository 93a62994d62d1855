"""Overlaps of spans."""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints


def span_iou(spans: Ints) -> Floats:
    """Return intersection over union of all pairs of spans: (n, n)."""
    start, end = spans[:, 0], spans[:, 1]
    both = np.maximum(np.minimum(end[:, None], end) - np.maximum(start[:, None], start), 0)
    length = end - start
    return np.asarray(both / (length[:, None] + length - both))
