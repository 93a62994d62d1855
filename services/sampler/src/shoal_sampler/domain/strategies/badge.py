"""BADGE: diverse gradients of the last layer (Ash et al. 2020, arXiv 1906.03671)."""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.models.probabilities import class_probabilities
from shoal_sampler.domain.pools.pool import Pool, Ranking, no_picks, top_rows
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.rows import Floats, Vectors

_REFRESH = 64  # picks between two refreshes of all distances
_BLOCK = 16_384


def badge(pool: Pool, k: int) -> Ranking:
    """Return k candidates by k-means++ sampling of gradient embeddings (p - e_y) x vector, y the prediction.

    The first pick has the largest gradient; every further one is drawn with probability proportional to w(x)
    x its squared distance to the nearest pick. Candidates without scores are never chosen. Score: the squared
    distance when it was chosen. Labelled rows count only through p, as in the paper.

    Inner products factorise, <g, h> = (a.b)(x.z), so nothing of size c x d is stored. Sampling is exact and
    lazy: a proposal from the distances of the last refresh is accepted with the ratio of its current to its
    old distance (rejection sampling; the old distances are upper bounds). Cost: n k (c + d), by matrix
    products. Memory: n (c + 1).
    """
    p, _ = class_probabilities(pool.scores)
    usable = np.flatnonzero(np.isfinite(p).all(axis=1)) if p.shape[1] else np.empty(0, np.int64)
    k = min(k, len(usable))
    if k <= 0:
        return no_picks()
    sampling = _Sampling(
        pool.vectors[usable], _gradient_residuals(p[usable]), pool.weights[usable], pool.seed
    )
    sampling.take(int(top_rows(sampling.old, pool.draws[usable], 1)[0]))
    while len(sampling.picks) < k:
        if not sampling.refresh():
            rest = np.where(np.isin(np.arange(len(usable)), sampling.picks), -np.inf, 0.0)
            sampling.picks += [
                int(row) for row in top_rows(rest, pool.draws[usable], k - len(sampling.picks))
            ]
            sampling.scores += [0.0] * (k - len(sampling.scores))
            break
        sampling.draw(min(k, len(sampling.picks) + min(_REFRESH, len(sampling.picks))))
        pool.report(len(sampling.picks), k)
    return Ranking(usable[sampling.picks], np.array(sampling.scores, np.float32))


BADGE = NamedStrategy(
    name="badge",
    choose=badge,
    reason="diverse gradients of the window",
    purpose="diverse gradients of the model's last layer",
    paper="Ash et al. 2020, arXiv 1906.03671",
    needs=frozenset({"scores"}),
)


def _gradient_residuals(p: Floats) -> Floats:
    residuals = p.copy()
    residuals[np.arange(len(p)), p.argmax(axis=1)] -= 1.0
    return residuals


class _Sampling:
    """old: (n,) weighted squared distances to the first `compared_picks` picks; upper bounds."""

    def __init__(self, vectors: Vectors, residuals: Floats, weights: Floats, seed: int) -> None:
        self.vectors, self.residuals, self.weights = vectors, residuals, weights
        self.norms: Floats = np.einsum("nc,nc->n", residuals, residuals)
        self.old: Floats = self.norms * weights
        self.nearest: Floats = np.full(len(vectors), np.inf, np.float32)  # not weighted
        self.cumulated: npt.NDArray[np.float64] = np.empty(0)
        self.picks: list[int] = []
        self.scores: list[float] = []
        self.compared_picks = 0
        self.rng = np.random.default_rng(seed)

    def take(self, row: int) -> None:
        """Choose a row; its score is the distance of the last refresh."""
        self.picks.append(row)
        self.scores.append(float(self.old[row]))

    def refresh(self) -> bool:
        """Compare all rows with the picks since the last refresh; return whether any distance is above 0."""
        for start in range(0, len(self.vectors), _BLOCK):
            part = slice(start, start + _BLOCK)
            np.minimum(self.nearest[part], self._distances(part, self.compared_picks), out=self.nearest[part])
        self.compared_picks = len(self.picks)
        self.nearest[self.picks] = 0.0
        self.old = self.nearest * self.weights
        self.cumulated = np.cumsum(self.old, dtype=np.float64)
        return bool(self.cumulated[-1] > 0)

    def draw(self, until: int) -> None:
        """Draw picks until there are `until`."""
        tries = 0
        while len(self.picks) < until and tries < 4 * _REFRESH:
            tries += 1
            chance, position = self.rng.random(2)
            row = int(np.searchsorted(self.cumulated, position * self.cumulated[-1], side="right"))
            row = min(row, len(self.old) - 1)
            if self.old[row] <= 0:
                continue
            present = self._present(row)
            if present > 0 and chance * self.nearest[row] < present:
                self.picks.append(row)
                self.scores.append(float(present * self.weights[row]))

    def _present(self, row: int) -> float:
        if len(self.picks) == self.compared_picks:
            return float(self.nearest[row])
        missed = self._distances(slice(row, row + 1), self.compared_picks)
        return 0.0 if row in self.picks[self.compared_picks :] else float(min(self.nearest[row], missed[0]))

    def _distances(self, part: slice, since: int) -> Floats:
        """Return the smallest squared distance of each row to the picks after the first `since`."""
        picks = self.picks[since:]
        inner = self.vectors[part] @ self.vectors[picks].T
        inner *= self.residuals[part] @ self.residuals[picks].T
        inner *= -2.0
        inner += self.norms[picks]
        smallest: Floats = inner.min(axis=1) + self.norms[part]
        return np.maximum(smallest, 0.0, out=smallest)
