"""`shoal sampler simulate`: what each strategy would have bought on labelled data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from shoal.classes.matching import match_names, refuse_strangers
from shoal.command_line.console import err, out
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
    summarize_table,
)
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import read_matrix
from shoal.files.options import ReadOptions
from shoal.files.outputs import OutputCheck
from shoal.files.writing import Cells, write_table, write_text
from shoal.wording import format_count
from shoal_sampler.adapters.files import read_labels
from shoal_sampler.adapters.pages.curves import curves_page
from shoal_sampler.cli.class_columns import FEW_IDS, summarize_array
from shoal_sampler.domain.simulation import Labelled
from shoal_sampler.domain.strategies import file_strategies
from shoal_sampler.domain.vectors.rows import Vectors
from shoal_sampler.usecases.files.inputs import usable_directions
from shoal_sampler.usecases.files.learning_curves import (
    Curve,
    LabelCost,
    default_budgets,
    label_costs,
    simulate_strategies,
    split_rows,
)

FEW_TEST_ROWS = 100
FILES = ("curves.csv", "needed.csv", "index.html")


def compare_strategies(
    *,
    embeddings: Annotated[
        Path, typer.Option(help="Matrix (n, d), one row for each item: .npy, .npz or .parquet.")
    ],
    labels: Annotated[
        Path, typer.Option(help="Table with a column label, one row for each row of the embeddings; or .npy.")
    ],
    output: Annotated[Path, typer.Option(help="Folder to write: curves.csv, needed.csv and index.html.")],
    test_embeddings: Annotated[
        Path | None, typer.Option(help="Matrix of test rows; without it, 30 % of the rows are held out.")
    ] = None,
    test_labels: Annotated[Path | None, typer.Option(help="Labels of the test rows.")] = None,
    strategies: Annotated[
        str, typer.Option(help=f"Strategies to compare, with commas between: {', '.join(file_strategies())}.")
    ] = "random,auto,herding,margin",
    budgets: Annotated[
        str | None,
        typer.Option(
            help="Numbers of labels to buy, in rising order. Default: 100,200,400; of fewer than 500 rows a "
            "tenth, two and four tenths of those to buy."
        ),
    ] = None,
    columns: ColumnsOption = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="Number of repetitions; each draws 80 % of the pool anew.")
    ] = 5,
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
    join_spellings: JoinSpellingsOption = False,
) -> None:
    """Draw learning curves of a linear model on frozen embeddings; needs no services."""
    reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        test = _test_files(test_embeddings, test_labels)
        OutputCheck([embeddings, labels, *(test or ())], print_warning).check_folder("output", output, FILES)
        data, held_out = _read_data((embeddings, labels), test, columns, reading)
        amounts = default_budgets(len(data.labels)) if budgets is None else _parse_budgets(budgets)
        _print_plan(data, held_out, amounts)
        curves = _simulate_all(data, held_out, strategies, budgets=amounts, seeds=seeds)
        labels_needed = label_costs(curves)
        what = ", ".join(
            (
                format_count(len(data.labels), "row"),
                format_count(data.classes, "class", "classes"),
                format_count(seeds, "seed"),
            )
        )
        _write_curves(output, curves, labels_needed, what)
        list_skipped(output, reading)
    print_curves(curves, labels_needed)
    err.print(f"{output / 'index.html'}", markup=False, soft_wrap=True)


def _test_files(embeddings: Path | None, labels: Path | None) -> tuple[Path, Path] | None:
    """Return the files of test rows, None without them. Raises BadInput for one without the other."""
    if embeddings is not None and labels is not None:
        return embeddings, labels
    if embeddings is None and labels is None:
        return None
    raise BadInput("--test-embeddings and --test-labels belong together: give both, or neither")


def _simulate_all(
    data: Labelled, held_out: Labelled, strategies: str, *, budgets: Sequence[int], seeds: int
) -> list[Curve]:
    """Return the curve of each strategy. strategies: names with commas between. Raises BadInput."""
    names = [name.strip() for name in strategies.split(",") if name.strip()]
    with show_progress("simulating") as report:
        return list(
            simulate_strategies(data, held_out, strategies=names, budgets=budgets, seeds=seeds, report=report)
        )


def _read_data(
    files: tuple[Path, Path],
    test_files: tuple[Path, Path] | None,
    columns: Sequence[str] | None,
    reading: ReadOptions,
) -> tuple[Labelled, Labelled]:
    """Return the rows to buy and the rows to test. files: of embeddings and labels. Raises BadInput."""
    vectors, names = _read_rows(*files, "", columns, reading=reading)
    test = None
    if test_files is not None:
        test_vectors, test_names = _read_rows(*test_files, "test ", columns, reading=reading)
        test = test_vectors, _matched_labels(test_names, names, f"test labels {test_files[1]}", reading)
    _refuse_ids(names, f"labels {files[1]}")
    return split_rows(vectors, names, test, seed=0)


def _print_plan(data: Labelled, held_out: Labelled, budgets: Sequence[int]) -> None:
    """Print what is simulated, and warn of few test rows."""
    rows = f"{format_count(len(data.labels), 'row')} to buy, {len(held_out.labels):,} to test"
    print_summary("simulation", [rows, f"budgets: {', '.join(map(str, budgets))}"])
    if len(held_out.labels) < FEW_TEST_ROWS:
        print_warning(
            f"{format_count(len(held_out.labels), 'test row measures', 'test rows measure')} an accuracy in steps of "
            f"{1 / len(held_out.labels):.2g}: compare strategies on more rows, or give --test-embeddings"
        )


def _read_rows(
    embeddings: Path, labels: Path, prefix: str, columns: Sequence[str] | None, *, reading: ReadOptions
) -> tuple[Vectors, list[str]]:
    matrix = read_matrix(embeddings, f"{prefix}embeddings", column_patterns(columns))
    vectors = matrix.float32_rows()[0]
    _, bad = usable_directions(matrix, skip_bad=reading.skip_bad)
    skip_matrix_rows(matrix, bad, reading)
    rows, texts = read_labels(
        labels,
        f"{prefix}labels",
        options=reading,
        summarize=summarize_table,
        warn=print_warning,
        complete=True,
    )
    summarize_array(labels, f"{prefix}labels", texts)
    if len(bad):  # a row without a vector has no use for its label
        numbers = range(len(texts)) if rows is None else rows
        left_out = set(bad.tolist())
        texts = ["" if row in left_out else text for row, text in zip(numbers, texts, strict=True)]
    if rows is None:
        return _with_labels(vectors, texts) if reading.skip_bad else (vectors, texts)
    if sorted(rows) != list(range(len(vectors))) and not (reading.skip_bad and _are_rows(rows, len(vectors))):
        raise BadInput(
            f"{prefix}labels {labels}: the column index must name each of the {len(vectors)} rows once"
        )
    order = np.argsort(rows, kind="stable").tolist()
    labelled = vectors if len(rows) == len(vectors) else vectors[np.sort(rows)]
    ordered = [texts[row] for row in order]
    return _with_labels(labelled, ordered) if reading.skip_bad else (labelled, ordered)


def _with_labels(vectors: Vectors, labels: Sequence[str]) -> tuple[Vectors, list[str]]:
    """Return the rows that have labels, or all if the numbers of rows differ, which is refused later."""
    rows = [row for row, label in enumerate(labels) if label]
    if len(labels) != len(vectors) or len(rows) == len(labels):
        return vectors, list(labels)
    return vectors[rows], [labels[row] for row in rows]


def _are_rows(rows: Sequence[int], count: int) -> bool:
    return len(set(rows)) == len(rows) and all(0 <= row < count for row in rows)


def _matched_labels(test: Sequence[str], labels: Sequence[str], what: str, reading: ReadOptions) -> list[str]:
    """Return the test labels in the spelling of the labels; warn of classes without labels to buy.

    Raises BadInput if no test label is among the labels.
    """
    match = match_names(filter(None, test), filter(None, labels), join=reading.join_spellings)
    refuse_strangers(match, what, here="the test labels", there="the labels", noun="labels")
    if match.missing:
        print_warning(
            f"{what}: {len(match.missing):,} of {format_count(len(match.names), 'class', 'classes')} cannot be "
            "learned, for no row to buy "
            f"has them ({match.examples('the test labels', 'the labels')}): {match.way_to_mend('labels')}"
        )
    for fact in match.facts():
        print_summary(what, [fact])
    return [match.joined.get(text, text) for text in test]


def _refuse_ids(labels: Sequence[str], what: str) -> None:
    if len(set(labels)) == len(labels) > FEW_IDS:
        raise BadInput(
            f"{what}: each of {format_count(len(labels), 'label')} occurs once, as ids do: give the classes of rows"
        )


def _parse_budgets(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise BadInput(
            f"{text!r}: give whole numbers with commas between, 100,200,400", field="budgets"
        ) from None


def _write_curves(
    folder: Path, curves: Sequence[Curve], labels_needed: Sequence[LabelCost], what: str
) -> None:
    points = [
        (curve.strategy, seed, budget, accuracy, f1)
        for curve in curves
        for seed in range(len(curve.accuracy))
        for budget, accuracy, f1 in zip(
            curve.budgets, curve.accuracy[seed].tolist(), curve.macro_f1[seed].tolist(), strict=True
        )
    ]
    names = ("strategy", "seed", "labels", "accuracy", "macro_f1")
    write_table(folder / "curves.csv", dict(zip(names, zip(*points, strict=True), strict=True)))
    needed_columns: dict[str, Cells] = {
        "strategy": [row.strategy for row in labels_needed],
        "labels_needed": [row.labels for row in labels_needed],
        "of_random": [row.ratio for row in labels_needed],
        "seeds_that_reached": [row.reached for row in labels_needed],
    }
    write_table(folder / "needed.csv", needed_columns)
    write_text(folder / "index.html", curves_page(curves, labels_needed, what))


def print_curves(curves: Sequence[Curve], labels_needed: Sequence[LabelCost]) -> None:
    """Print the accuracy of each strategy by labels bought."""
    table = Table(
        "strategy", *(f"{budget:,}" for budget in curves[0].budgets), "labels for random's last accuracy"
    )
    table.title = "accuracy by labels bought, 95 % interval over seeds"
    by_name = {row.strategy: row for row in labels_needed}
    for curve in curves:
        cells = [
            f"{mean:.3f} ± {high - mean:.3f}"
            for mean, _, high in map(curve.interval, range(len(curve.budgets)))
        ]
        table.add_row(curve.strategy, *cells, labels_text(by_name.get(curve.strategy)))
    out.print(table)


def labels_text(row: LabelCost | None) -> str:
    """Return the labels needed and their share of random's, as text."""
    if row is None:
        return ""
    return "not reached" if np.isinf(row.labels) else f"{row.labels:,.0f} ({row.ratio:.2f})"
