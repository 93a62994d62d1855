"""`shoal sampler select`: the rows of a file to label next."""

from collections.abc import Iterator, Sequence
from pathlib import Path

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
)
from shoal.files.errors import BadInput
from shoal.files.outputs import OutputCheck
from shoal.files.writing import Cells, write_table
from shoal.wording import format_count
from shoal_sampler.cli.options import (
    Balance,
    Count,
    DuplicateCosine,
    Embeddings,
    Explain,
    LabelledRows,
    Labels,
    PicksOutput,
    Predictions,
    Probabilities,
    Seed,
    StrategyName,
    TargetShares,
    Terms,
    Weights,
)
from shoal_sampler.cli.selection_files import Files, read_inputs
from shoal_sampler.domain.models.evidence import Evidence
from shoal_sampler.domain.vectors.rows import Floats, Indices
from shoal_sampler.usecases.files.select_rows import Picks, Request, choose_without


def select_rows(
    *,
    embeddings: Embeddings,
    n: Count,
    output: PicksOutput,
    probabilities: Probabilities = None,
    predictions: Predictions = None,
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
    files = Files(
        embeddings=embeddings,
        probabilities=probabilities,
        predictions=predictions,
        labelled=labelled,
        labels=labels,
        weights=weights,
        target=target,
    )
    with one_line_errors():
        OutputCheck(files.named(), print_warning).check_table("output", output)
        terms, patterns = _parse_terms(combine), column_patterns(columns)
        inputs = read_inputs(
            files, balance=balance, classes=parse_classes(classes), patterns=patterns, reading=reading
        )
        request = Request(
            n=n, strategy=strategy, seed=seed, combine=terms, target=inputs.shares, duplicates=duplicates
        )
        with show_progress("choosing") as report:
            picks = choose_without(inputs.table, inputs.bad, request, report)
        _write_picks(output, picks)
        list_skipped(output, reading)
    if len(picks.rows) < n:
        print_warning(f"only {len(picks.rows)} of {format_count(n, 'row')} could be chosen")
    if explain:
        classes_read = inputs.classes
        probabilities_read = classes_read.probabilities if classes_read.are_predicted else None
        print_reasons(picks, probabilities_read, classes_read.names)
    err.print(f"{format_count(len(picks.rows), 'row')}: {output}", markup=False, soft_wrap=True)


def _write_picks(file: Path, picks: Picks) -> None:
    columns: dict[str, Cells] = {
        "index": picks.rows,
        "rank": np.arange(1, len(picks.rows) + 1),
        "score": picks.scores.astype(np.float64),
        "reason": [picks.reason] * len(picks.rows),
    }
    write_table(file, columns)


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


def _predicted_counts(probabilities: Floats) -> Indices:
    """Return how many rows of (n, c) have each class as the likeliest one: (c,). NaN rows have none."""
    finite = np.isfinite(probabilities)
    likeliest = np.where(finite, probabilities, -np.inf)[finite.any(axis=1)].argmax(axis=1)
    return np.bincount(likeliest, minlength=probabilities.shape[1]).astype(np.int64)


def print_reasons(picks: Picks, probabilities: Floats | None, names: Sequence[str]) -> None:
    """Print the evidence, the predicted classes of the picks, and the first scores."""
    shown = Shown("what", "value", title=picks.reason)
    for what, value in _evidence_rows(picks.evidence) if picks.evidence is not None else ():
        shown.add_row(what, value)
    if probabilities is not None:
        counts = _predicted_counts(probabilities[picks.rows])
        for index in np.argsort(-counts, kind="stable")[:10]:
            if counts[index]:
                name = names[index] if len(names) == len(counts) else str(index)
                shown.add_row(f"picks predicted {name}", str(counts[index]))
    for row, score in list(zip(picks.rows.tolist(), picks.scores.tolist(), strict=True))[:10]:
        shown.add_row(f"row {row}", f"{score:.4g}")
    err.print(shown)
