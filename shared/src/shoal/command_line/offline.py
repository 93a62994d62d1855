"""Shared parts of commands over files: one-line errors with exit code 2, warnings, and progress on stderr."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from shoal.command_line.console import err, one_line
from shoal.files.errors import BadInput

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["BadInput", "one_line_errors", "print_summary", "print_warning", "show_progress", "show_steps"]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn BadInput into one line on stderr and exit code 2, MemoryError into one line and exit code 1."""
    try:
        yield
    except BadInput as error:
        option = f"--{error.field.replace('_', '-')}: " if error.field else ""
        _print_line(option + str(error))
        raise typer.Exit(2) from None
    except MemoryError as error:
        _print_line(f"not enough memory: {error}")
        raise typer.Exit(1) from None


def print_warning(message: str) -> None:
    """Print a warning on stderr."""
    err.print(f"warning: {one_line(message)}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def print_summary(file: object, facts: Iterable[str]) -> None:
    """Print on stderr how a file was read: "votes votes.csv: 9,440 rows; 3 classes: a, b, c".

    facts: phrases in the order of importance; empty ones are left out. A command prints one line for each
    file before the long work starts, so that a wrong reading is seen at once.
    """
    line = "; ".join(fact for fact in facts if fact)
    err.print(one_line(f"{file}: {line}"), style="dim", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def show_progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal; yields report(done, total) for work of a known size."""
    if not err.is_terminal:
        yield lambda _count, _total: None
        return
    with _progress_bar(name) as (bar, task):
        yield lambda done, total: bar.update(
            task, completed=done, total=total, counts=f"{done:,} of {total:,}"
        )


@contextmanager
def show_steps(name: str) -> Iterator[Callable[[str], None]]:
    """Show the present step on a terminal; yields report(step) for work in several steps."""
    if not err.is_terminal:
        yield lambda _step: None
        return
    with _progress_bar(name) as (bar, task):
        yield lambda step: bar.update(task, description=escape(step))


def _print_line(message: str) -> None:
    err.print(" ".join(message.split()), markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _progress_bar(name: str) -> "Iterator[tuple[Progress, TaskID]]":
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        yield bar, bar.add_task(escape(name), total=None, counts="")
