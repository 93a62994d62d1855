"""Checked arrays from files."""

from typing import Any

import numpy as np

from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import Matrix, shown_rows
from shoal.files.matrix.probabilities import check_probabilities
from shoal.wording import format_count
from shoal_sampler.domain.pools.pool import Report, ignore_progress
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

_BLOCK = 65_536


def usable_directions(
    matrix: Matrix, *, skip_bad: bool, report: Report = ignore_progress
) -> tuple[Vectors, Indices]:
    """Return the rows scaled to length 1, (n, d), and the numbers of bad rows, whose vectors mean nothing.

    A row is bad if it has a value that is no finite float32 number, or if it is all zeros and has no
    direction. Raises BadInput for bad rows, unless `skip_bad`, and if all are bad.
    """
    vectors, broken = matrix.float32_rows(report)
    vectors[broken] = 0
    zero = _scale_rows(vectors)
    bad = np.union1d(broken, zero)
    if len(bad) == len(vectors) or (len(bad) and not skip_bad):
        matrix.refuse_rows(broken if len(broken) else zero)
    return vectors, bad


def unit_directions(vectors: Vectors, what: str) -> Vectors:
    """Scale the rows to length 1, in place, and return them. Raises BadInput for rows of zeros."""
    zero = _scale_rows(vectors)
    if len(zero):
        raise BadInput(f"{what}, rows {shown_rows(zero)}: all zeros, without a direction: leave them out")
    return vectors


def _scale_rows(vectors: Vectors) -> Indices:
    """Scale the rows to length 1, in place, and return the rows of zeros."""
    zeros = []
    for start in range(0, len(vectors), _BLOCK):
        part = vectors[start : start + _BLOCK]
        largest = np.abs(part).max(axis=1, keepdims=True)  # squares of large numbers would overflow
        zero = np.flatnonzero(largest == 0)
        zeros.append(start + zero)
        part[zero], largest[zero] = 1, 1
        part /= largest
        part /= np.sqrt(np.einsum("nd,nd->n", part, part))[:, None]
    return np.concatenate(zeros)


def probability_rows(p: Floats, rows: int, what: str = "probabilities") -> Floats:
    """Return (rows, c) probabilities.

    Raises BadInput for another number of rows, a value below 0, or a sum other than 1.
    """
    if len(p) != rows:
        raise BadInput(f"{what} has {format_count(len(p), 'row')}, embeddings {rows}: give one row for each")
    check_probabilities(p, what)
    return p


def row_numbers(values: Any, rows: int, what: str) -> Indices:
    """Return row numbers in [0, rows), each at most once. Raises BadInput."""
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
        row = whole[outside[0]]
        raise BadInput(f"{what}, entry {outside[0]} is row {row}, outside 0 to {rows - 1}: count rows from 0")
    distinct, counts = np.unique(whole, return_counts=True)
    if (counts > 1).any():
        raise BadInput(f"{what} names row {distinct[counts > 1][0]} more than once: give each row once")
    return whole


def positive_weights(values: Any, rows: int) -> Floats:
    """Return (rows,) weights. Raises BadInput unless all are finite and above 0."""
    weights = np.asarray(values, dtype=np.float32)
    if weights.shape != (rows,):
        raise BadInput(f"weights have shape {weights.shape}: give one number for each of {rows} rows")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))
    if len(wrong):
        raise BadInput(f"weights, row {wrong[0]} is {weights[wrong[0]]:g}: give finite numbers above 0")
    return weights
