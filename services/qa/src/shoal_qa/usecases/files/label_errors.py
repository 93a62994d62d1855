"""Labels that are probably wrong, by a model's probabilities or by a probe on embeddings."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.classes.columns import ColumnClasses
from shoal.files.errors import BadInput
from shoal_qa.domain.label_errors.errors import LabelErrors, find_errors
from shoal_qa.domain.label_errors.probe import leave_one_out
from shoal_qa.domain.votes.arrays import Ints


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a file. row: (labels,), row of the matrix. code: (labels,). names: of the codes."""

    row: NDArray[np.int64]
    code: Ints
    names: list[str]
    annotator: Ints | None


def by_probabilities(labels: Labels, matrix: Any) -> LabelErrors:
    """Return the probable errors, by probabilities of a model that did not see the labels.

    labels: numbered as the columns of `matrix`. Raises BadInput.
    """
    return _find_errors(labels.code, _matrix_rows(matrix, labels.row), labels.annotator)


def by_embeddings(labels: Labels, matrix: Any) -> LabelErrors:
    """Return the probable errors, by probes that are fitted without the label they judge. Raises BadInput."""
    try:
        p = leave_one_out(_matrix_rows(matrix, labels.row), labels.code, len(labels.names))
    except ValueError as error:
        raise BadInput(str(error), field="embeddings") from None
    return _find_errors(labels.code, p, labels.annotator)


def numbered_as_columns(labels: Labels, classes: ColumnClasses) -> Labels:
    """Return the labels with the numbers and the names of the columns of probabilities."""
    column = np.array([classes.index[name] for name in labels.names], np.int32)
    return replace(labels, code=column[labels.code], names=list(classes.names))


def _matrix_rows(matrix: Any, row: NDArray[np.int64]) -> Any:
    return matrix if len(row) == len(matrix) else matrix[row]


def _find_errors(code: Ints, p: Any, annotator: Ints | None) -> LabelErrors:
    try:
        return find_errors(code, p, annotator)
    except ValueError as error:
        raise BadInput(f"label errors: {error}") from None
