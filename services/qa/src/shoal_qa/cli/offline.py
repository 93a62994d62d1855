"""What the commands over files share: one-line errors with exit code 2, warnings, and what is being done, on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shoal.runtime.client import err
from shoal_qa.usecases.errors import BadInput

Votes = Annotated[Path, typer.Option(help="CSV or Parquet with columns task, worker, label.")]
GoldFile = Annotated[Path | None, typer.Option(help="CSV or Parquet of right answers: task, label.")]
TaskColumn = Annotated[str, typer.Option(help="Name of the column task.")]
WorkerColumn = Annotated[str, typer.Option(help="Name of the column worker.")]
LabelColumn = Annotated[str, typer.Option(help="Name of the column label.")]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn BadInput into one line on stderr and exit code 2."""
    try:
        yield
    except BadInput as error:
        err.print(" ".join(str(error).split()), markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


def warn(told: str) -> None:
    """Say a warning."""
    err.print(f"warning: {told}", style="yellow", markup=False, soft_wrap=True)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Show on a terminal what is being done."""
    with err.status(what):
        yield
