"""`shoal sampler select`: the rows of a file to label next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table as Shown

from shoal.command_line.client import err
from shoal_sampler.adapters.files import read_labels, read_matrix, read_numbers, read_rows, write_rows
from shoal_sampler.cli.offline import one_line_errors, progress
from shoal_sampler.domain.models.evidence import Evidence
from shoal_sampler.domain.pools.pool import UNKNOWN
from shoal_sampler.domain.vectors.rows import Indices
from shoal_sampler.usecases.errors import BadInput
from shoal_sampler.usecases.files.inputs import (
    directions,
    finite_rows,
    positive,
    probability_rows,
    row_numbers,
)
from shoal_sampler.usecases.files.select_rows import Picks, Request, Table, select

File = Annotated[Path | None, typer.Option(dir_okay=False)]


def select_rows(
    embeddings: Annotated[Path, typer.Option(help="(n, d): .npy (float32 or float16) or .parquet.")],
    n: Annotated[int, typer.Option(help="How many rows to choose.")],
    output: Annotated[Path, typer.Option(help="CSV: index, rank, score, reason.")],
    probabilities: Annotated[
        Path | None, typer.Option(help="(n, c) of your model: .npy or .parquet.")
    ] = None,
    labelled: Annotated[
        Path | None, typer.Option(help="Rows that have labels: .csv or .npy of numbers.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Their labels: CSV with index,label; or one label a line, in the order of --labelled."
        ),
    ] = None,
    strategy: Annotated[str, typer.Option(help="auto, or one of docs/selection.md.")] = "auto",
    seed: Annotated[int, typer.Option(help="The same seed gives the same picks.")] = 0,
    weights: Annotated[
        Path | None, typer.Option(help="(n,) worth or price factors above 0: .npy or .csv.")
    ] = None,
    combine: Annotated[str | None, typer.Option(help="margin=1,novelty=0.5: terms and strengths.")] = None,
    balance: Annotated[bool, typer.Option("--balance", help="As many of each predicted class.")] = False,
    target: Annotated[Path | None, typer.Option(help="CSV with a column share, one line per class.")] = None,
    duplicates: Annotated[
        float | None, typer.Option(min=-1, max=1, help="Choose no two rows with a cosine of this or more.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what was chosen and why.")] = False,
) -> None:
    """Choose rows to label next; needs no stack."""
    with one_line_errors():
        request = Request(n, strategy, seed, _terms(combine), _target(balance, target), duplicates)
        with progress("reading") as report:
            vectors = directions(
                finite_rows(read_matrix(embeddings, "embeddings"), "embeddings", report), "embeddings"
            )
        rows = len(vectors)
        p = (
            None
            if probabilities is None
            else probability_rows(read_matrix(probabilities, "probabilities"), rows)
        )
        known, classes, names = _labelled(labelled, labels, rows)
        worth = None if weights is None else positive(read_numbers(weights, "weights", ("weight",)), rows)
        with progress("choosing") as report:
            picks = select(Table(vectors, known, classes, p, worth, disposable=True), request, report)
        lines = zip(picks.rows.tolist(), range(1, len(picks.rows) + 1), picks.scores.tolist(), strict=True)
        write_rows(output, ("index", "rank", "score", "reason"), ((*line, picks.reason) for line in lines))
    if len(picks.rows) < n:
        err.print(f"only {len(picks.rows)} of {n} rows could be chosen", style="yellow")
    if explain:
        _explain(picks, p, names)
    err.print(f"{len(picks.rows)} rows: {output}", markup=False, soft_wrap=True)


def _labelled(labelled: Path | None, labels: Path | None, rows: int) -> tuple[Indices, Indices, list[str]]:
    """Return the labelled rows, their classes, and the classes' names."""
    known = np.empty(0, np.int64)
    if labelled is not None:
        known = row_numbers(read_numbers(labelled, "labelled", ("index",)), rows, f"labelled {labelled}")
    if labels is None:
        return known, np.full(len(known), UNKNOWN), []
    given, texts = read_labels(labels)
    if given is not None:
        own = row_numbers(given, rows, f"labels {labels}, column index")
        extra = np.setdiff1d(known, own)
        known, texts = np.concatenate([own, extra]), texts + [""] * len(extra)
    elif labelled is None and len(texts) == rows:
        known = np.arange(rows)
    elif len(texts) != len(known):
        told = f"labels {labels} has {len(texts)} labels, --labelled {len(known)} rows"
        raise BadInput(f"{told}: give as many, or a column index")
    if labelled is None and given is None:
        kept = [row for row, text in enumerate(texts) if text]
        known, texts = known[kept], [texts[row] for row in kept]
    return known, *_classes(texts)


def _classes(texts: list[str]) -> tuple[Indices, list[str]]:
    """Return classes by number: the labels themselves where all are whole numbers, their sorted order otherwise."""
    present = sorted({text for text in texts if text})
    if present and all(text.isdecimal() for text in present) and max(map(int, present)) < 100_000:
        names = [str(number) for number in range(max(map(int, present)) + 1)]
        return np.array([int(text) if text else UNKNOWN for text in texts], np.int64), names
    number = {name: place for place, name in enumerate(present)}
    return np.array([number.get(text, UNKNOWN) for text in texts], np.int64), present


def _terms(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    terms: dict[str, float] = {}
    for part in text.split(","):
        name, _, strength = part.partition("=")
        try:
            terms[name.strip()] = float(strength or 1)
        except ValueError:
            raise BadInput(
                f"--combine: {part!r} is not name=strength, for instance margin=1,novelty=0.5"
            ) from None
    return terms


def _target(balance: bool, target: Path | None) -> list[float] | None:
    if target is None:
        return [] if balance else None
    try:
        return [float(row["share"]) for row in read_rows(target, "target")]
    except (KeyError, ValueError):
        raise BadInput(f"target {target} needs a column share of numbers, one line for each class") from None


def _known(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield what `auto` went by, as far as there was anything to measure."""
    yield "regime", evidence.regime
    yield "labelled rows behind it", f"{evidence.labelled} of {evidence.classes} classes"
    if evidence.regime != "coverage":
        yield "trust in the uncertainty", f"{evidence.trust:.2f}"
    if np.isfinite(evidence.accuracy):
        yield "probe's accuracy on labelled rows it had not seen", f"{evidence.accuracy:.2f}"
        yield "its skill beyond guessing", f"{evidence.skill:.2f}"
        yield "share of errors put down to ambiguity", f"{evidence.ambiguity:.2f}"
    if np.isfinite(evidence.detection):
        yield "AUC of its margin for its errors", f"{evidence.detection:.2f}"


def _explain(picks: Picks, probabilities: "np.typing.NDArray[np.float32] | None", names: list[str]) -> None:
    shown = Shown("what", "value", title=picks.reason)
    for what, value in _known(picks.evidence) if picks.evidence is not None else ():
        shown.add_row(what, value)
    if probabilities is not None:
        counts = np.bincount(probabilities[picks.rows].argmax(axis=1), minlength=probabilities.shape[1])
        for place in np.argsort(-counts, kind="stable")[:10]:
            if counts[place]:
                name = names[place] if len(names) == len(counts) else str(place)
                shown.add_row(f"picks predicted {name}", str(counts[place]))
    for row, score in list(zip(picks.rows.tolist(), picks.scores.tolist(), strict=True))[:10]:
        shown.add_row(f"row {row}", f"{score:.4g}")
    err.print(shown)
