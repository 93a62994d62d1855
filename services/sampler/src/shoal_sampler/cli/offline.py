"""What the commands over files share: one-line errors with exit code 2, and progress on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shoal.command_line.client import err
from shoal_sampler.domain.pools.pool import Report
from shoal_sampler.usecases.errors import BadInput


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn BadInput into one line on stderr and exit code 2."""
    try:
        yield
    except BadInput as error:
        err.print(" ".join(str(error).split()), markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextmanager
def progress(name: str) -> Iterator[Report]:
    """Show a bar; yields report(done, all)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
