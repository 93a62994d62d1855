"""The Gaussian kernel over unit vectors, and the scale that suits a population."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

_SCALE_ROWS = 1024  # rows that estimate the median: 0.5 million pairs, error of the median below 1 %
_SMALLEST_SCALE = 1e-4


def kernel_scale(population: Vectors) -> float:
    """Return s^2 = 0.25 x the median squared distance between two different rows of `population`.

    At this scale a typical pair has similarity exp(-2) = 0.14, and a pair at half the typical distance 0.61,
    so a pick covers its own topic and little else. At most 1024 evenly spaced rows are compared. A population
    without spread (one row, or all rows equal) gets a small positive scale.
    """
    rows = population[:: max(1, len(population) // _SCALE_ROWS)][:_SCALE_ROWS]
    if len(rows) < 2:
        return _SMALLEST_SCALE
    similarity = rows @ rows.T
    squared = 2.0 - 2.0 * similarity[np.triu_indices(len(rows), k=1)]
    return max(0.25 * float(np.median(squared)), _SMALLEST_SCALE)


@dataclass(frozen=True, slots=True)
class Kernel:
    """Similarities of candidates (b, d) with a population, as an array (b, r).

    population: (r, d). left: maps candidates to (b, e). right: (r, e), computed from the population. shape:
    turns the matrix products into similarities, in place.
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


def gaussian_kernel(population: Vectors, scale: float, unit: float = 1.0) -> Kernel:
    """Return the kernel unit x exp(-||x - z||^2 / 2 s^2) over the rows z of `population`: (b, d) -> (b, r).

    scale: s^2. For unit vectors the exponent is (x.z - 1) / s^2. An extra column folds the constant and the
    unit into the matrix product, so a block costs one product and one pass of exp.
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


def cosine_kernel(population: Vectors, unit: float = 1.0) -> Kernel:
    """Return the kernel unit x max(0, x.z) over the rows z of `population`: (b, d) -> (b, r)."""
    zero, most = np.float32(0), np.float32(unit)

    def left(candidates: Vectors) -> Floats:
        rows: Floats = candidates * most
        return rows

    def shape(block: Floats) -> None:
        np.clip(block, zero, most, out=block)  # rounding may lift x.x above 1

    return Kernel(population, left, population, shape)
