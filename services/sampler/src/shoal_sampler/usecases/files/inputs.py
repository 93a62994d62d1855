"""Arrays from files, checked: what a strategy may rely on."""

from typing import Any

import numpy as np

from shoal_sampler.domain.pools.pool import Report, ignore
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors
from shoal_sampler.usecases.errors import BadInput

_BLOCK = 65_536
_ROUNDING = 1e-2  # float16 probabilities of a hundred classes add up to 1 within this


def finite_rows(array: Any, what: str, report: Report = ignore) -> Vectors:
    """Return (n, d) float32. Raises BadInput for a wrong shape, no rows, or a value that is not finite."""
    if array.ndim != 2:
        raise BadInput(f"{what} has shape {array.shape}: give two dimensions, one row per item")
    if not all(array.shape):
        raise BadInput(f"{what} is empty, shape {array.shape}: give at least one row and one column")
    out = np.empty(array.shape, np.float32)
    for start in range(0, len(array), _BLOCK):
        with np.errstate(over="ignore"):
            out[start : start + _BLOCK] = array[start : start + _BLOCK]
        bad = np.argwhere(~np.isfinite(out[start : start + _BLOCK]))
        if len(bad):
            row, column = int(bad[0][0]) + start, int(bad[0][1])
            raise BadInput(
                f"{what}, row {row}, column {column} is {array[row, column]}: give finite float32 numbers"
            )
        report(min(start + _BLOCK, len(array)), len(array))
    return out


def directions(vectors: Vectors, what: str) -> Vectors:
    """Return the rows scaled to length 1, in place. Raises BadInput for a row of length zero."""
    for start in range(0, len(vectors), _BLOCK):
        part = vectors[start : start + _BLOCK]
        largest = np.abs(part).max(axis=1, keepdims=True)  # squares of large numbers would overflow
        zero = np.flatnonzero(largest == 0)
        if len(zero):
            raise BadInput(
                f"{what}, row {start + int(zero[0])} is all zeros: it points nowhere, leave it out"
            )
        part /= largest
        part /= np.sqrt(np.einsum("nd,nd->n", part, part))[:, None]
    return vectors


def probability_rows(array: Any, rows: int) -> Floats:
    """Return (rows, c) probabilities. Raises BadInput for another shape, a negative value, or a wrong sum."""
    p = finite_rows(array, "probabilities")
    if len(p) != rows:
        raise BadInput(f"probabilities have {len(p)} rows, embeddings {rows}: give one row for each")
    negative = np.flatnonzero((p < 0).any(axis=1))
    if len(negative):
        raise BadInput(f"probabilities, row {negative[0]} has {p[negative[0]].min():g}: give none below 0")
    sums = p.sum(axis=1, dtype=np.float64)
    wrong = np.flatnonzero(np.abs(sums - 1) > _ROUNDING)
    if len(wrong):
        raise BadInput(
            f"probabilities, row {wrong[0]} adds up to {sums[wrong[0]]:.4g}, not to 1: apply a softmax"
        )
    return p


def row_numbers(values: Any, rows: int, what: str) -> Indices:
    """Return row numbers in [0, rows), each once. Raises BadInput."""
    values = np.asarray(values)
    if len(values) == 0:
        return np.empty(0, np.int64)
    if values.dtype.kind == "b":
        raise BadInput(f"{what} is a mask: give the numbers of the rows")
    whole: Indices = np.floor(values).astype(np.int64)
    broken = np.flatnonzero(whole != values)
    if len(broken):
        raise BadInput(f"{what}, entry {broken[0]} is {values[broken[0]]:g}: give whole numbers")
    outside = np.flatnonzero((whole < 0) | (whole >= rows))
    if len(outside):
        found = whole[outside[0]]
        raise BadInput(
            f"{what}, entry {outside[0]} is row {found}, outside 0 to {rows - 1}: count rows from 0"
        )
    kept, counts = np.unique(whole, return_counts=True)
    if (counts > 1).any():
        raise BadInput(f"{what} names row {kept[counts > 1][0]} more than once: give each row once")
    return whole


def positive(values: Any, rows: int) -> Floats:
    """Return (rows,) weights. Raises BadInput unless all are finite and above 0."""
    weights = np.asarray(values, dtype=np.float32)
    if weights.shape != (rows,):
        raise BadInput(f"weights have shape {weights.shape}: give one number for each of {rows} rows")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))
    if len(wrong):
        raise BadInput(f"weights, row {wrong[0]} is {weights[wrong[0]]:g}: give finite numbers above 0")
    return weights
