"""The Gaussian kernel over unit vectors, and the scale that suits a population."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

_SCALE_ROWS = 1024  # rows that estimate the median: 0.5 million pairs, error of the median below 1 %
_SMALLEST_SCALE = 1e-4


def kernel_scale(population: Vectors) -> float:
    """Return s^2 = 0.25 x the median squared distance between two different rows of `population`.

    At this scale a typical pair has similarity exp(-2) = 0.14, a pair at half the typical distance 0.61: a
    pick speaks for its own topic and for little else. At most 1024 evenly spaced rows are compared. A
    population without spread (one row, or all rows equal) gets a small positive scale.
    """
    rows = population[:: max(1, len(population) // _SCALE_ROWS)][:_SCALE_ROWS]
    if len(rows) < 2:
        return _SMALLEST_SCALE
    similarity = rows @ rows.T
    squared = 2.0 - 2.0 * similarity[np.triu_indices(len(rows), k=1)]
    return max(0.25 * float(np.median(squared)), _SMALLEST_SCALE)


@dataclass(frozen=True, slots=True)
class Kernel:
    """x -> (b, r) similarities of candidates (b, d) with a population: a matrix product, each value of it shaped.

    population: (r, d). left: from candidates to (b, e). right: (r, e), of the population. shape: changes products in
    place.
    """

    population: Vectors
    left: Callable[[Vectors], Floats]
    right: Floats
    shape: Callable[[Floats], None]

    def __call__(self, candidates: Vectors) -> Floats:
        """Return the similarities, (b, r)."""
        block: Floats = self.left(candidates) @ self.right.T
        self.shape(block)
        return block


def gaussian_with(population: Vectors, scale: float, unit: float = 1.0) -> Kernel:
    """Return x -> unit x exp(-||x - z||^2 / 2 s^2) for every row z of `population`: (b, d) -> (b, r).

    For unit vectors the exponent is (x.z - 1) / s^2: one further column makes the product give it, and the unit, so
    that a block costs the product and one pass of exp.
    """
    right = np.column_stack([population, np.ones(len(population), np.float32)]).astype(np.float32)
    zero, most = np.float32(0), np.float32(unit)

    def left(candidates: Vectors) -> Floats:
        rows = np.empty((len(candidates), right.shape[1]), np.float32)
        np.divide(candidates, np.float32(scale), out=rows[:, :-1])
        rows[:, -1] = np.log(unit) - 1.0 / scale
        return rows

    def shape(block: Floats) -> None:
        np.exp(block, out=block)
        np.clip(block, zero, most, out=block)  # rounding may lift x.x above 1

    return Kernel(population, left, right, shape)


def cosine_with(population: Vectors, unit: float = 1.0) -> Kernel:
    """Return x -> unit x max(0, x.z) for every row z of `population`: (b, d) -> (b, r)."""
    zero, most = np.float32(0), np.float32(unit)

    def left(candidates: Vectors) -> Floats:
        rows: Floats = candidates * most
        return rows

    def shape(block: Floats) -> None:
        np.clip(block, zero, most, out=block)  # rounding may lift x.x above 1

    return Kernel(population, left, population, shape)
