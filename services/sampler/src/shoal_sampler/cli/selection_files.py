"""The files of `shoal sampler select`, read and checked against each other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoal.command_line.offline import print_warning, show_progress
from shoal.command_line.reading import skip_matrix_rows, summarize_table
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import read_matrix
from shoal.files.options import ReadOptions
from shoal.files.tables import BadRows
from shoal_sampler.adapters.files import Target, read_labels, read_numbers, read_target
from shoal_sampler.cli.class_columns import (
    Classes,
    LabelTexts,
    classes_of_model,
    classes_of_predictions,
    classes_without_model,
    summarize_array,
    target_shares,
)
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.usecases.files.inputs import positive_weights, row_numbers, usable_directions
from shoal_sampler.usecases.files.select_rows import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files that a selection reads; None for an option without a value."""

    embeddings: Path
    probabilities: Path | None
    predictions: Path | None
    labelled: Path | None
    labels: Path | None
    weights: Path | None
    target: Path | None

    def named(self) -> list[Path | None]:
        """Return all of them."""
        model = [self.probabilities, self.predictions]
        return [self.embeddings, *model, self.labelled, self.labels, self.weights, self.target]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the files hold. bad: rows to leave out. shares: of predicted classes, empty for equal ones."""

    table: Table
    bad: Indices
    classes: Classes
    shares: list[float] | None


def read_inputs(
    files: Files,
    *,
    balance: bool,
    classes: list[str] | None,
    patterns: list[str] | None,
    reading: ReadOptions,
) -> Inputs:
    """Return the table of candidates and its classes. Raises BadInput.

    classes: names of the columns of probabilities. patterns: of the columns of the embeddings to read.
    """
    with show_progress("reading") as report:
        matrix = read_matrix(files.embeddings, "embeddings", patterns)
        vectors, bad = usable_directions(matrix, skip_bad=reading.skip_bad, report=report)
    skip_matrix_rows(matrix, bad, reading)
    labelled = _read_labelled(files.labelled, files.labels, len(vectors), reading)
    target = None if files.target is None else read_target(files.target, options=reading)
    numbered = _number_classes(files, labelled, target, rows=len(vectors), classes=classes, reading=reading)
    shares = _shares_of(balance, target, numbered, reading)
    table = Table(
        vectors=vectors,
        labelled=labelled.rows,
        labels=numbered.labels,
        probabilities=numbered.probabilities,
        weights=_read_weights(files.weights, len(vectors), reading),
        disposable=True,
    )
    return Inputs(table=table, bad=bad, classes=numbered, shares=shares)


def _number_classes(
    files: Files,
    labelled: LabelTexts,
    target: Target | None,
    *,
    rows: int,
    classes: list[str] | None,
    reading: ReadOptions,
) -> Classes:
    if files.probabilities is not None:
        if files.predictions is not None:
            raise BadInput("give either --predictions or --probabilities", field="predictions")
        return classes_of_model(
            files.probabilities, rows, labelled, target, option=classes, join=reading.join_spellings
        )
    if classes is not None:
        raise BadInput("classes name the columns of probabilities: give --probabilities", field="classes")
    if files.predictions is not None:
        return classes_of_predictions(files.predictions, rows, labelled, reading)
    return classes_without_model(labelled)


def _shares_of(
    balance: bool, target: Target | None, classes: Classes, reading: ReadOptions
) -> list[float] | None:
    if (balance or target is not None) and not classes.are_predicted:
        field = "balance" if target is None else "target"
        detail = "needs one predicted class a row, and these predictions are of another kind: leave it out"
        raise BadInput(detail, field=field)
    if target is None:
        return [] if balance else None
    return target_shares(target, classes, reading)


def _read_weights(weights: Path | None, rows: int, reading: ReadOptions) -> Any:
    if weights is None:
        return None
    return positive_weights(_read_numbers(weights, "weights", "weight", reading), rows)


def _read_numbers(
    file: Path, what: str, column: str, reading: ReadOptions, *, bad_rows: BadRows = "refused"
) -> Any:
    return read_numbers(file, what, column, options=reading, summarize=summarize_table, bad_rows=bad_rows)


def _read_labelled(labelled: Path | None, labels: Path | None, rows: int, reading: ReadOptions) -> LabelTexts:
    """Return the labelled rows and their labels. Raises BadInput."""
    rows_labelled = np.empty(0, np.int64)
    if labelled is not None:
        rows_labelled = row_numbers(
            _read_numbers(labelled, "labelled", "index", reading, bad_rows="left out"),
            rows,
            f"labelled {labelled}",
        )
    if labels is None:
        return LabelTexts(rows=rows_labelled, texts=[""] * len(rows_labelled))
    numbers, texts = read_labels(labels, options=reading, summarize=summarize_table, warn=print_warning)
    summarize_array(labels, "labels", texts)
    if numbers is not None:
        labelled_rows = row_numbers(numbers, rows, f"labels {labels}, column index")
        extra = np.setdiff1d(rows_labelled, labelled_rows)
        rows_labelled, texts = np.concatenate([labelled_rows, extra]), texts + [""] * len(extra)
    elif labelled is None and len(texts) == rows:
        rows_labelled = np.arange(rows)
    elif len(texts) != len(rows_labelled):
        counts = f"labels {labels} has {len(texts)} labels, --labelled {len(rows_labelled)} rows"
        raise BadInput(f"{counts}: give as many, or a column index")
    if labelled is None and numbers is None:
        present = [row for row, text in enumerate(texts) if text]
        rows_labelled, texts = rows_labelled[present], [texts[row] for row in present]
    return LabelTexts(rows=rows_labelled, texts=texts, what=f"labels {labels}")
