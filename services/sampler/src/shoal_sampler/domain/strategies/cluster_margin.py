"""Cluster-margin: small margins, spread over clusters (Citovsky et al. 2021, arXiv 2107.14263)."""

import numpy as np

from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.clustering import k_means
from shoal_sampler.domain.pools.pool import Pool, Ranking, top_rows
from shoal_sampler.domain.strategies.named import NamedStrategy

_CANDIDATES = 10  # candidates that compete, as a multiple of k


def cluster_margin(pool: Pool, k: int) -> Ranking:
    """Return k of the 10 k candidates of smallest weighted margin, in rounds over their clusters.

    Small clusters go first. As in the paper, with two differences: clusters come from spherical k-means of
    the competing candidates, min(k, 500) of them, instead of average linkage of the whole pool (which is n x
    n); and inside a cluster the smallest margin goes first instead of a random one. Score: 1 - margin, times
    the weight. Cost: k-means of 10 k rows.
    """
    worth = margin_uncertainty(pool.scores) * pool.weights
    rows = top_rows(worth, pool.draws, _CANDIDATES * max(k, 0))
    if not len(rows):
        return Ranking(rows, np.empty(0, np.float32))
    groups = k_means(pool.vectors[rows], min(k, 500), pool.seed)
    sizes = np.bincount(groups)
    turn = np.empty(
        len(rows), np.int64
    )  # rows are in order of worth: the turn is the place within the cluster
    order = np.argsort(groups, kind="stable")
    turn[order] = np.arange(len(rows)) - np.searchsorted(groups[order], groups[order])
    picks = rows[np.lexsort((np.arange(len(rows)), sizes[groups], turn))[:k]]
    return Ranking(picks, worth[picks].astype(np.float32))


CLUSTER_MARGIN = NamedStrategy(
    name="cluster_margin",
    choose=cluster_margin,
    reason="smallest margins of the window, spread over clusters",
    purpose="very large batches of small margins",
    paper="Citovsky et al. 2021, arXiv 2107.14263",
    needs=frozenset({"scores"}),
)
