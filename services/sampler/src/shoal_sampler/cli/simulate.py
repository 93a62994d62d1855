"""`shoal sampler simulate`: what each strategy would have bought on data whose labels are known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.client import err, out
from shoal_sampler.adapters.curves_page import curves_page
from shoal_sampler.adapters.files import read_labels, read_matrix, write_rows
from shoal_sampler.cli.offline import one_line_errors, progress
from shoal_sampler.domain.vectors.rows import Vectors
from shoal_sampler.usecases.errors import BadInput
from shoal_sampler.usecases.files.inputs import finite_rows
from shoal_sampler.usecases.files.learning_curves import Curve, Needed, needed, prepare, run


def simulate(
    embeddings: Annotated[Path, typer.Option(help="(n, d): .npy or .parquet.")],
    labels: Annotated[
        Path, typer.Option(help="All labels: CSV with one label a row (column label), or .npy.")
    ],
    output: Annotated[Path, typer.Option(help="Folder for curves.csv, needed.csv and index.html.")],
    test_embeddings: Annotated[Path | None, typer.Option(help="Else 30 % of the rows are held out.")] = None,
    test_labels: Annotated[Path | None, typer.Option(help="Of --test-embeddings.")] = None,
    strategies: Annotated[
        str, typer.Option(help="Names with commas between.")
    ] = "random,auto,herding,margin",
    budgets: Annotated[str, typer.Option(help="Labels bought, rising.")] = "100,200,400",
    seeds: Annotated[int, typer.Option(help="Repetitions; each draws 80 % of the pool anew.")] = 5,
) -> None:
    """Draw learning curves of a linear model on frozen embeddings; needs no stack."""
    with one_line_errors():
        if (test_embeddings is None) != (test_labels is None):
            raise BadInput("--test-embeddings and --test-labels belong together: give both, or neither")
        vectors, names = _read(embeddings, labels, "")
        test = _read(test_embeddings, test_labels, "test ") if test_embeddings and test_labels else None
        data, held_out = prepare(vectors, names, test, seed=0)
        wanted = [each.strip() for each in strategies.split(",") if each.strip()]
        with progress("simulating") as report:
            curves = list(run(data, held_out, wanted, _budgets(budgets), seeds, report))
        found = needed(curves)
        _write(output, curves, found, f"{len(data.labels):,} rows, {data.classes} classes, {seeds} seeds")
    _show(curves, found)
    err.print(f"{output / 'index.html'}", markup=False, soft_wrap=True)


def _read(embeddings: Path, labels: Path, which: str) -> tuple[Vectors, list[str]]:
    vectors = finite_rows(read_matrix(embeddings, f"{which}embeddings"), f"{which}embeddings")
    given, texts = read_labels(labels)
    if given is None:
        return vectors, texts
    if sorted(given) != list(range(len(vectors))):
        raise BadInput(
            f"{which}labels {labels}: the column index must name each of the {len(vectors)} rows once"
        )
    return vectors, [text for _, text in sorted(zip(given, texts, strict=True))]


def _budgets(text: str) -> list[int]:
    try:
        return [int(each) for each in text.split(",")]
    except ValueError:
        raise BadInput(f"--budgets {text!r}: give whole numbers with commas between, 100,200,400") from None


def _write(folder: Path, curves: Sequence[Curve], found: Sequence[Needed], what: str) -> None:
    write_rows(
        folder / "curves.csv",
        ("strategy", "seed", "labels", "accuracy", "macro_f1"),
        (
            (each.strategy, seed, budget, f"{each.accuracy[seed, i]:.6f}", f"{each.macro_f1[seed, i]:.6f}")
            for each in curves
            for seed in range(len(each.accuracy))
            for i, budget in enumerate(each.budgets)
        ),
    )
    rows = ((each.strategy, f"{each.labels:.1f}", f"{each.ratio:.4f}", each.reached) for each in found)
    write_rows(folder / "needed.csv", ("strategy", "labels_needed", "of_random", "seeds_that_reached"), rows)
    (folder / "index.html").write_text(curves_page(curves, found, what), encoding="utf-8")


def _show(curves: Sequence[Curve], found: Sequence[Needed]) -> None:
    shown = Table(
        "strategy", *(f"{budget:,}" for budget in curves[0].budgets), "labels for random's last accuracy"
    )
    shown.title = "accuracy by labels bought, 95 % interval over seeds"
    by_name = {each.strategy: each for each in found}
    for each in curves:
        cells = [
            f"{mean:.3f} ± {high - mean:.3f}"
            for mean, _, high in map(each.interval, range(len(each.budgets)))
        ]
        shown.add_row(each.strategy, *cells, labels_text(by_name.get(each.strategy)))
    out.print(shown)


def labels_text(found: Needed | None) -> str:
    """Return the labels needed and their share of random's, as people read it."""
    if found is None:
        return ""
    return "not reached" if np.isinf(found.labels) else f"{found.labels:,.0f} ({found.ratio:.2f})"
