"""Labels that are probably wrong, by a model's probabilities or by a probe on embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadInput
from shoal_qa.domain.label_errors.errors import LabelErrors, find_errors
from shoal_qa.domain.label_errors.probe import leave_one_out
from shoal_qa.domain.votes.arrays import Ints


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a file. row: (labels,), row of the matrix. code: (labels,). names: of the codes, sorted."""

    row: NDArray[np.int64]
    code: Ints
    names: list[str]
    annotator: Ints | None


def by_probabilities(labels: Labels, matrix: Any, classes: Sequence[str]) -> LabelErrors:
    """Return the probable errors, by probabilities of a model that did not see the labels.

    classes: of the columns of `matrix`. Raises BadInput.
    """
    number = {name: index for index, name in enumerate(classes)}
    code = np.array([number[name] for name in labels.names], np.int32)[labels.code]
    return _find_errors(code, _matrix_rows(matrix, labels.row), labels.annotator)


def by_embeddings(labels: Labels, matrix: Any) -> LabelErrors:
    """Return the probable errors, by probes that are fitted without the label they judge. Raises BadInput."""
    try:
        p = leave_one_out(_matrix_rows(matrix, labels.row), labels.code, len(labels.names))
    except ValueError as error:
        raise BadInput(str(error), field="embeddings") from None
    return _find_errors(labels.code, p, labels.annotator)


def classes_of(labels: Labels, columns: int, option: str | None, named: Sequence[str] | None) -> list[str]:
    """Return the class of each column of probabilities.

    These are the names in `option`, separated by commas; else the file's column names; else 0, 1, ... if the
    labels are such numbers; else the labels in sorted order, if there are as many as columns. Raises BadInput
    otherwise.
    """
    classes = list(named or ())
    if option is not None:
        classes = [name.strip() for name in option.split(",")]
    elif not set(labels.names) <= set(classes):
        classes = labels.names
        if all(name.isdecimal() and str(int(name)) == name for name in classes):
            classes = [str(column) for column in range(columns)]
    if len(classes) != columns or len(set(classes)) != columns:
        fault = f"probabilities have {columns} columns, but there are {len(set(classes))} classes"
        raise BadInput(f"{fault}: give the classes in the order of the columns, cat,dog,...", field="classes")
    missing = sorted(set(labels.names) - set(classes))
    if missing:
        raise BadInput(
            f"label {missing[0]!r} has no column of probabilities: the columns are {', '.join(classes[:20])}"
        )
    return classes


def _matrix_rows(matrix: Any, row: NDArray[np.int64]) -> Any:
    return matrix if len(row) == len(matrix) else matrix[row]


def _find_errors(code: Ints, p: Any, annotator: Ints | None) -> LabelErrors:
    try:
        return find_errors(code, p, annotator)
    except ValueError as error:
        raise BadInput(f"label errors: {error}") from None
