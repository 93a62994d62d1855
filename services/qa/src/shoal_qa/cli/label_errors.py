"""`shoal qa label-errors`: which labels of a file are probably wrong."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer
from rich.table import Table

from shoal.command_line.client import err, out
from shoal_qa.adapters.files.matrices import check_distributions, read_matrix
from shoal_qa.adapters.files.tables import EMPTY, Coded, Sheet, named_column, read_columns, write_table
from shoal_qa.cli.offline import LabelColumn, doing, name, one_line_errors, warn
from shoal_qa.domain.label_errors.errors import LabelErrors
from shoal_qa.usecases.errors import BadInput
from shoal_qa.usecases.files.label_errors import Labels, by_embeddings, by_probabilities, classes_of

SHOWN = 10


def label_errors(
    labels: Annotated[Path, typer.Option(help="CSV or Parquet with a column label, in the rows' order.")],
    output: Annotated[Path, typer.Option(help="CSV or Parquet: row, label, suggestion, wrong; ranked.")],
    probabilities: Annotated[
        Path | None, typer.Option(help="(n, classes), out of sample: .npy or .parquet.")
    ] = None,
    embeddings: Annotated[Path | None, typer.Option(help="(n, d): .npy or .parquet.")] = None,
    classes: Annotated[
        str | None, typer.Option(help="Names of the probabilities' columns, with commas between.")
    ] = None,
    label_column: LabelColumn = "label",
    worker_column: Annotated[str | None, typer.Option(help="Who gave each label, where known.")] = None,
    id_column: Annotated[str | None, typer.Option(help="A column to be copied as id.")] = None,
) -> None:
    """Rank labels by the probability of being wrong, with the label that is more likely; needs no stack."""
    with one_line_errors():
        if probabilities is not None and embeddings is not None:
            raise BadInput("give --probabilities or --embeddings, not both")
        with doing("reading"):
            wanted = [name for name in (label_column, worker_column, id_column) if name is not None]
            sheet = read_columns(labels, "labels", list(dict.fromkeys(wanted)))
            given = _labels(sheet, label_column, worker_column)
        with doing("judging labels"):
            if probabilities is not None:
                found, names = _by_probabilities(given, sheet, probabilities, classes)
            else:
                matrix = _matrix(sheet, "embeddings", embeddings)[0]
                found, names = by_embeddings(given, matrix), given.names
        _write(output, given, found, names, None if id_column is None else sheet.coded(id_column))
    _show(given, found, names)
    err.print(f"{len(given.row):,} labels: {output}", markup=False, soft_wrap=True)


def _labels(sheet: Sheet, label_column: str, worker_column: str | None) -> Labels:
    label = sheet.coded(label_column)
    row = np.flatnonzero(label.code != EMPTY)
    if not len(row):
        raise BadInput(f"{sheet} has no labels: give one in each row")
    if len(row) < sheet.rows:
        first = sheet.where(int(np.flatnonzero(label.code == EMPTY)[0]))
        warn(f"{sheet}: {sheet.rows - len(row):,} rows without a {label_column} left out, the first {first}")
    if len(label.names) == 1:
        raise BadInput(f"{sheet} has one label only ({label.names[0]!r}): nothing to mistake it for")
    who = None if worker_column is None else sheet.full(worker_column).code[row]
    return Labels(row, label.code[row], label.names, who)


def _by_probabilities(
    given: Labels, sheet: Sheet, file: Path, classes: str | None
) -> tuple[LabelErrors, list[str]]:
    matrix, named = _matrix(sheet, "probabilities", file)
    check_distributions(matrix, file)
    names = classes_of(given, matrix.shape[1], classes, named)
    return by_probabilities(given, matrix, names), names


def _matrix(sheet: Sheet, what: str, file: Path | None) -> tuple[Any, list[str] | None]:
    """Return the matrix and the names of its columns. Raises BadInput, also without one row for each label."""
    if file is None:
        raise BadInput("give --probabilities of a model that did not see the labels, or --embeddings")
    matrix, named = read_matrix(file, what)
    if len(matrix) != sheet.rows:
        raise BadInput(f"{what} {file} has {len(matrix)} rows, {sheet} {sheet.rows}: give one for each label")
    return matrix, named


def _write(file: Path, given: Labels, found: LabelErrors, names: list[str], ids: Coded | None) -> None:
    order = found.ranked()
    columns: dict[str, Any] = {"row": given.row[order]}
    if ids is not None:
        columns["id"] = named_column(ids.names, ids.code[given.row[order]])
    columns |= {
        "label": named_column(given.names, given.code[order]),
        "suggestion": named_column(names, found.suggestion[order]),
        "wrong": pa.array([float(f"{p:.4g}") for p in found.wrong[order]]),
    }
    write_table(file, columns)


def _show(given: Labels, found: LabelErrors, names: list[str]) -> None:
    table = Table("row", "label", "suggestion", "probability of being wrong")
    for place in found.ranked()[:SHOWN].tolist():
        label, better = given.names[given.code[place]], names[found.suggestion[place]]
        table.add_row(str(given.row[place]), name(label), name(better), f"{found.wrong[place]:.3f}")
    about, likely = f"{found.wrong.sum():,.0f} of {len(given.row):,}", int((found.wrong > 0.5).sum())
    table.title = f"about {about} labels are wrong, {likely:,} more likely than not"
    out.print(table)
