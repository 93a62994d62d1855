"""`shoal sampler select`: the rows of a file to label next."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table as Shown

from shoal.command_line.classes import ClassesOption, parse_classes
from shoal.command_line.console import err
from shoal.command_line.matrices import ColumnsOption, column_patterns
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.command_line.reading import (
    EncodingOption,
    JoinSpellingsOption,
    MissingOption,
    SkipBadOption,
    list_skipped,
    read_options,
    skip_matrix_rows,
    summarize_table,
)
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import read_matrix
from shoal.files.options import ReadOptions
from shoal.files.outputs import OutputCheck
from shoal.files.tables import BadRows
from shoal.files.writing import Cells, write_table
from shoal_sampler.adapters.files import Target, read_labels, read_numbers, read_target
from shoal_sampler.cli.class_columns import (
    Classes,
    LabelTexts,
    classes_of_model,
    classes_without_model,
    summarize_array,
    target_shares,
)
from shoal_sampler.cli.options import (
    Balance,
    Count,
    DuplicateCosine,
    Embeddings,
    Explain,
    LabelledRows,
    Labels,
    PicksOutput,
    Probabilities,
    Seed,
    StrategyName,
    TargetShares,
    Terms,
    Weights,
)
from shoal_sampler.domain.models.evidence import Evidence
from shoal_sampler.domain.vectors.rows import Floats
from shoal_sampler.usecases.files.inputs import (
    positive_weights,
    row_numbers,
    usable_directions,
)
from shoal_sampler.usecases.files.select_rows import Picks, Request, Table, choose_without


def select_rows(
    *,
    embeddings: Embeddings,
    n: Count,
    output: PicksOutput,
    probabilities: Probabilities = None,
    labelled: LabelledRows = None,
    labels: Labels = None,
    strategy: StrategyName = "auto",
    seed: Seed = 0,
    weights: Weights = None,
    combine: Terms = None,
    balance: Balance = False,
    target: TargetShares = None,
    duplicates: DuplicateCosine = None,
    classes: ClassesOption = None,
    columns: ColumnsOption = None,
    explain: Explain = False,
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
    join_spellings: JoinSpellingsOption = False,
) -> None:
    """Choose rows to label next; needs no services."""
    reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        inputs = [embeddings, probabilities, labelled, labels, weights, target]
        OutputCheck(inputs, print_warning).check_table("output", output)
        request = Request(
            n=n,
            strategy=strategy,
            seed=seed,
            combine=_parse_terms(combine),
            duplicates=duplicates,
        )
        with show_progress("reading") as report:
            matrix = read_matrix(embeddings, "embeddings", column_patterns(columns))
            vectors, bad = usable_directions(matrix, skip_bad=skip_bad, report=report)
        skip_matrix_rows(matrix, bad, reading)
        rows = len(vectors)
        with_labels = _read_labelled(labelled, labels, rows, reading)
        shares = None if target is None else read_target(target, options=reading)
        numbered = _number_classes(
            with_labels, shares, probabilities, rows=rows, classes=parse_classes(classes), reading=reading
        )
        request = replace(request, target=_target_of(balance, shares, numbered, reading))
        worth = (
            None
            if weights is None
            else positive_weights(_read_numbers(weights, "weights", "weight", reading), rows)
        )
        with show_progress("choosing") as report:
            picks = choose_without(
                Table(
                    vectors=vectors,
                    labelled=with_labels.rows,
                    labels=numbered.labels,
                    probabilities=numbered.probabilities,
                    weights=worth,
                    disposable=True,
                ),
                bad,
                request,
                report,
            )
        _write_picks(output, picks)
        list_skipped(output, reading)
    if len(picks.rows) < n:
        print_warning(f"only {len(picks.rows)} of {n} rows could be chosen")
    if explain:
        print_reasons(picks, numbered.probabilities, numbered.names)
    err.print(f"{len(picks.rows)} rows: {output}", markup=False, soft_wrap=True)


def _number_classes(
    labelled: LabelTexts,
    target: Target | None,
    probabilities: Path | None,
    *,
    rows: int,
    classes: list[str] | None,
    reading: ReadOptions,
) -> Classes:
    if probabilities is not None:
        return classes_of_model(
            probabilities, rows, labelled, target, option=classes, join=reading.join_spellings
        )
    if classes is not None:
        raise BadInput("classes name the columns of probabilities: give --probabilities", field="classes")
    return classes_without_model(labelled)


def _write_picks(file: Path, picks: Picks) -> None:
    columns: dict[str, Cells] = {
        "index": picks.rows,
        "rank": np.arange(1, len(picks.rows) + 1),
        "score": picks.scores.astype(np.float64),
        "reason": [picks.reason] * len(picks.rows),
    }
    write_table(file, columns)


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


def _parse_terms(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    terms: dict[str, float] = {}
    for part in text.split(","):
        name, _, strength = part.partition("=")
        try:
            terms[name.strip()] = float(strength or 1)
        except ValueError:
            fix = "is not name=strength, for instance margin=1,novelty=0.5"
            raise BadInput(f"{part!r} {fix}", field="combine") from None
    return terms


def _target_of(
    balance: bool, target: Target | None, classes: Classes, reading: ReadOptions
) -> list[float] | None:
    if target is None:
        return [] if balance else None
    return target_shares(target, classes, reading)


def _evidence_rows(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield the evidence behind `auto`, omitting what could not be measured."""
    yield "regime", evidence.regime
    yield "labelled rows used", f"{evidence.labelled} of {evidence.classes} classes"
    if evidence.regime != "coverage":
        yield "trust in the uncertainty", f"{evidence.trust:.2f}"
    if np.isfinite(evidence.accuracy):
        yield "probe's accuracy on held-out labelled rows", f"{evidence.accuracy:.2f}"
        yield "its skill beyond guessing", f"{evidence.skill:.2f}"
        yield "share of errors attributed to ambiguity", f"{evidence.ambiguity:.2f}"
    if np.isfinite(evidence.detection):
        yield "AUC of its margin as a detector of its errors", f"{evidence.detection:.2f}"


def print_reasons(picks: Picks, probabilities: Floats | None, names: Sequence[str]) -> None:
    """Print the evidence, the predicted classes of the picks, and the first scores."""
    shown = Shown("what", "value", title=picks.reason)
    for what, value in _evidence_rows(picks.evidence) if picks.evidence is not None else ():
        shown.add_row(what, value)
    if probabilities is not None:
        counts = np.bincount(probabilities[picks.rows].argmax(axis=1), minlength=probabilities.shape[1])
        for index in np.argsort(-counts, kind="stable")[:10]:
            if counts[index]:
                name = names[index] if len(names) == len(counts) else str(index)
                shown.add_row(f"picks predicted {name}", str(counts[index]))
    for row, score in list(zip(picks.rows.tolist(), picks.scores.tolist(), strict=True))[:10]:
        shown.add_row(f"row {row}", f"{score:.4g}")
    err.print(shown)
