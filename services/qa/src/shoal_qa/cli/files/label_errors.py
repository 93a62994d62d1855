"""`shoal qa label-errors`: the labels of a file that are probably wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table as Shown

from shoal.classes.agreement import best_columns, check_order
from shoal.classes.columns import Columns
from shoal.classes.order import classes_fact, ordered_classes
from shoal.command_line.classes import ClassesOption, parse_classes
from shoal.command_line.console import err, out, shown_name
from shoal.command_line.matrices import ColumnsOption, column_patterns
from shoal.command_line.offline import one_line_errors, print_summary, print_warning, show_progress
from shoal.command_line.reading import (
    EncodingOption,
    JoinSpellingsOption,
    MissingOption,
    SkipBadOption,
    list_skipped,
    read_options,
    skip_matrix_rows,
)
from shoal.files.columns import EMPTY, Coded
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import Matrix, read_matrix
from shoal.files.matrix.probabilities import check_probabilities
from shoal.files.options import ReadOptions
from shoal.files.outputs import OutputCheck
from shoal.files.spelling import joined_names
from shoal.files.suspects import label_warnings
from shoal.files.tables import Table
from shoal.files.writing import write_table
from shoal.wording import format_count
from shoal_qa.adapters.files.labels import LabelColumns, LabelSheet, read_label_sheet
from shoal_qa.adapters.files.votes import Columns as VoteColumns
from shoal_qa.cli.files.options import (
    Bounds,
    CheckedLabels,
    Embeddings,
    ErrorsOutput,
    IdColumn,
    JudgedAnnotatorColumn,
    JudgedLabels,
    LabelColumn,
    ModelAnswers,
    OtherVotes,
    Probabilities,
    Shape,
    TaskColumn,
)
from shoal_qa.domain.label_errors.errors import LabelErrors
from shoal_qa.usecases.files.label_errors import (
    Labels,
    by_embeddings,
    by_probabilities,
    numbered_as_columns,
)
from shoal_qa.usecases.files.texts.shapes import check_bounds, check_shape

SHOWN = 10
CLASSES_ONLY, CLASSES_LACK = "needs --shape class", "needs another --shape than class"


def label_errors(
    *,
    labels: JudgedLabels,
    output: ErrorsOutput,
    shape: Shape = "class",
    bounds: Bounds = None,
    votes: OtherVotes = None,
    predictions: ModelAnswers = None,
    gold: CheckedLabels = None,
    probabilities: Probabilities = None,
    embeddings: Embeddings = None,
    classes: ClassesOption = None,
    task_column: TaskColumn = None,
    label_column: LabelColumn = None,
    worker_column: JudgedAnnotatorColumn = None,
    columns: ColumnsOption = None,
    id_column: IdColumn = None,
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
    join_spellings: JoinSpellingsOption = False,
) -> None:
    """Rank labels by the probability of being wrong and suggest a better label; needs no services."""
    with one_line_errors():
        check_shape(shape)
        check_bounds(shape, bounds)
        inputs = [labels, probabilities, embeddings, votes, predictions, gold]
        OutputCheck(inputs, print_warning).check_table("output", output)
        options = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
        if shape == "class":
            _refuse_options(CLASSES_LACK, votes=votes, predictions=predictions, gold=gold)
            of_labels = LabelColumns(label_column, worker_column, id_column)
            matrices = _Matrices(probabilities, embeddings, parse_classes(classes), column_patterns(columns))
            count = _list_class_errors(labels, output, of_labels, matrices=matrices, options=options)
        else:
            # Loads the contracts, which labels of single classes need not.
            from shoal_qa.cli.files.answer_errors import list_answer_errors

            _refuse_options(CLASSES_ONLY, probabilities=probabilities, embeddings=embeddings)
            _refuse_options(CLASSES_ONLY, classes=classes, columns=columns, id_column=id_column)
            of_files = VoteColumns(
                task=task_column, annotator=worker_column, label=label_column, shape=shape, bounds=bounds
            )
            files = {"votes": votes, "predictions": predictions, "gold": gold}
            count = list_answer_errors(labels, output, **files, columns=of_files, options=options)
        list_skipped(output, options)
    err.print(f"{format_count(count, 'label')}: {output}", markup=False, soft_wrap=True)


def _refuse_options(fault: str, **values: object) -> None:
    """Raise BadInput for an option that does not fit the shape."""
    for field, value in values.items():
        if value is not None:
            raise BadInput(fault, field=field)


@dataclass(frozen=True, slots=True)
class _Matrices:
    """Files of numbers by row of the labels. classes, columns: what --classes and --columns say."""

    probabilities: Path | None
    embeddings: Path | None
    classes: list[str] | None
    columns: list[str] | None


def _list_class_errors(
    labels: Path, output: Path, of_labels: LabelColumns, *, matrices: _Matrices, options: ReadOptions
) -> int:
    """Write and print the errors of labels that are single classes; return the number of labels."""
    read, labelled, errors = _judge_classes(labels, of_labels, matrices, options)
    _write_errors(output, labelled, errors, ids=read.id)
    print_label_errors(labelled, errors)
    return len(labelled.row)


def _judge_classes(
    labels: Path, of_labels: LabelColumns, matrices: _Matrices, options: ReadOptions
) -> tuple[LabelSheet, Labels, LabelErrors]:
    """Return labels that are single classes, and their errors. Raises BadInput."""
    if matrices.probabilities is not None and matrices.embeddings is not None:
        raise BadInput("give --probabilities or --embeddings, not both")
    with show_progress("reading"):
        read = read_label_sheet(labels, of_labels, options)
        labelled = _labels_of(read, options)
    print_summary(
        read.sheet, [*read.sheet.facts(), *read.facts, classes_fact(ordered_classes(labelled.names), "")]
    )
    with show_progress("judging labels"):
        if matrices.probabilities is not None:
            labelled, errors = _judge_by_model(
                labelled, read.sheet, matrices.probabilities, classes=matrices.classes, options=options
            )
        else:
            labelled, errors = _judge_by_rows(
                labelled, read.sheet, matrices.embeddings, patterns=matrices.columns, options=options
            )
    return read, labelled, errors


def _judge_by_model(
    labelled: Labels, sheet: Table, file: Path, *, classes: list[str] | None, options: ReadOptions
) -> tuple[Labels, LabelErrors]:
    """Return the labels as the columns of a model's probabilities number them, and their errors."""
    matrix = _read_rows(sheet, "probabilities", file)
    labelled = _label_columns(labelled, matrix, sheet, classes=classes, options=options)
    return labelled, by_probabilities(labelled, matrix.values)


def _judge_by_rows(
    labelled: Labels, sheet: Table, file: Path | None, *, patterns: list[str] | None, options: ReadOptions
) -> tuple[Labels, LabelErrors]:
    """Return the labels of rows with an embedding, and their errors by a probe on the embeddings."""
    matrix = _read_rows(sheet, "embeddings", file, patterns)
    labelled = _usable_labels(labelled, matrix, options)
    _refuse_ids(labelled, sheet)
    return labelled, by_embeddings(labelled, matrix.values)


def _labels_of(read: LabelSheet, options: ReadOptions) -> Labels:
    sheet, label = read.sheet, read.label
    _warn_of_suspects(sheet, read.name, label, join=options.join_spellings)
    if options.join_spellings:
        label = label.renamed(joined_names(label.names, label.counts()))
    row = np.flatnonzero(label.code != EMPTY)
    if not len(row):
        raise BadInput(f"{sheet} has no labels: give one in each row")
    if len(row) < sheet.rows:
        first = sheet.where(int(np.flatnonzero(label.code == EMPTY)[0]))
        print_warning(
            f"{sheet}: left out {format_count(sheet.rows - len(row), 'row')} without a {read.name}, "
            f"the first is {first}"
        )
    if len(label.names) == 1:
        raise BadInput(
            f"{sheet} has one label only ({label.names[0]!r}): give labels of at least two classes"
        )
    annotator = None if read.annotator is None else read.annotator.code[row]
    return Labels(row, label.code[row], label.names, annotator)


def _warn_of_suspects(sheet: Table, name: str, label: Coded, *, join: bool) -> None:
    for warning in label_warnings(name, label, join=join):
        print_warning(f"{sheet}: {warning}")


def _label_columns(
    labelled: Labels, matrix: Matrix, sheet: Table, *, classes: list[str] | None, options: ReadOptions
) -> Labels:
    """Return the labels with the numbers of their columns. Raises BadInput."""
    values = matrix.finite()
    check_probabilities(values, str(matrix))
    columns = Columns(
        what=str(matrix),
        count=values.shape[1],
        named=matrix.names,
        option=classes,
        labels=str(sheet),
        join=options.join_spellings,
    ).classes_of(labelled.names)
    print_summary(matrix, [*matrix.facts(), *columns.facts()])
    labelled = numbered_as_columns(labelled, columns)
    predicted = best_columns(values)[labelled.row]
    check_order(columns, labelled.code, predicted, what=str(matrix), warn=print_warning)
    return labelled


def _usable_labels(labelled: Labels, matrix: Matrix, options: ReadOptions) -> Labels:
    """Return the labels of rows whose numbers are finite. Raises BadInput for others without --skip-bad."""
    bad = matrix.bad_rows()
    if not options.skip_bad:
        matrix.refuse_rows(bad)
    skip_matrix_rows(matrix, bad, options)
    usable = ~np.isin(labelled.row, bad)
    if not usable.any():
        matrix.refuse_rows(bad)
    annotator = None if labelled.annotator is None else labelled.annotator[usable]
    return Labels(labelled.row[usable], labelled.code[usable], labelled.names, annotator)


def _refuse_ids(labelled: Labels, sheet: Table) -> None:
    """Raise BadInput if no two rows have one label, as in a column of ids."""
    if len(labelled.names) == len(labelled.row):
        raise BadInput(
            f"{sheet}: each of {format_count(len(labelled.row), 'label')} occurs once, as ids do: "
            "name the column of classes with --label-column"
        )


def _read_rows(sheet: Table, what: str, file: Path | None, columns: Sequence[str] | None = None) -> Matrix:
    """Return a matrix with one row for each label. Raises BadInput."""
    if file is None:
        raise BadInput("give --probabilities of a model that did not see the labels, or --embeddings")
    matrix = read_matrix(file, what, columns)
    if len(matrix) != sheet.rows:
        raise BadInput(
            f"{matrix} has {format_count(len(matrix), 'row')}, {sheet} {sheet.rows}: give one for each label"
        )
    return matrix


def _write_errors(file: Path, labelled: Labels, errors: LabelErrors, *, ids: Coded | None) -> None:
    order = errors.ranked()
    columns: dict[str, Any] = {"row": labelled.row[order]}
    if ids is not None:
        columns["id"] = Coded(ids.code[labelled.row[order]], ids.names)
    columns |= {
        "label": Coded(labelled.code[order], labelled.names),
        "suggestion": Coded(errors.suggestion[order], labelled.names),
        "wrong": [float(f"{p:.4g}") for p in errors.wrong[order]],
    }
    write_table(file, columns)


def print_label_errors(labelled: Labels, errors: LabelErrors) -> None:
    """Print the number of wrong labels, and those that are most probably wrong and have a better label."""
    table = Shown("row", "label", "suggestion", "probability of being wrong")
    ranked = errors.ranked()
    for index in ranked[errors.suggestion[ranked] != labelled.code[ranked]][:SHOWN].tolist():
        label, better = labelled.names[labelled.code[index]], labelled.names[errors.suggestion[index]]
        table.add_row(
            str(labelled.row[index]), shown_name(label), shown_name(better), f"{errors.wrong[index]:.3f}"
        )
    about, likely = f"{errors.wrong.sum():,.0f} of {len(labelled.row):,}", int((errors.wrong > 0.5).sum())
    table.title = f"about {about} labels are wrong, {likely:,} more likely than not"
    out.print(table)
