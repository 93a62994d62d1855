"""Options of reading that all commands over tables share."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.command_line.console import err
from shoal.command_line.offline import print_summary
from shoal.files.faults import skipped_fact
from shoal.files.matrix.matrices import Matrix, Rows
from shoal.files.options import ReadOptions
from shoal.files.skipped import skipped_file, write_skipped
from shoal.files.tables import Table
from shoal.wording import format_count

EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="Encoding of text files that have no byte order mark, such as latin-1; by default UTF-8.",
    ),
]
SkipBadOption = Annotated[
    bool,
    typer.Option("--skip-bad", help="Leave out rows that cannot be used, and list them beside the output."),
]
MissingOption = Annotated[
    list[str] | None,
    typer.Option("--missing", help="Text that means an empty cell, such as None; may be repeated."),
]
JoinSpellingsOption = Annotated[
    bool,
    typer.Option(
        "--join-spellings",
        help="Count labels as one class, and tasks as one task, that differ only in case, blanks, Unicode form "
        "or the form of a number.",
    ),
]


def read_options(
    encoding: str | None, missing: list[str] | None, *, skip_bad: bool, join_spellings: bool = False
) -> ReadOptions:
    """Return the options of a command as the reader takes them."""
    return ReadOptions(
        encoding=encoding, skip_bad=skip_bad, missing=tuple(missing or ()), join_spellings=join_spellings
    )


def summarize_table(table: Table, *facts: str) -> None:
    """Print how a table was read. facts: further phrases about it."""
    print_summary(table, [*table.facts(), *facts])


def skip_matrix_rows(matrix: Matrix, bad: Rows, options: ReadOptions, *facts: str) -> None:
    """Print how a matrix was read, and note the rows that are left out. facts: further phrases about it."""
    skipped = matrix.skipped_rows(bad)
    options.skipped.extend(skipped)
    print_summary(matrix, [*matrix.facts(), *facts, skipped_fact(skipped)])


def list_skipped(output: Path | None, options: ReadOptions) -> None:
    """Write the rows that --skip-bad left out beside the output, or remove the list of an earlier run.

    Raises BadInput.
    """
    if output is None:
        return
    if not options.skipped:
        skipped_file(output).unlink(missing_ok=True)
        return
    file = write_skipped(output, options.skipped)
    err.print(f"{format_count(len(options.skipped), 'row')} left out: {file}", markup=False, soft_wrap=True)
