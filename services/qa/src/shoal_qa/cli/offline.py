"""What the commands over files share: options, one-line errors with exit code 2, warnings and progress on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shoal.runtime.client import err
from shoal_qa.usecases.errors import BadInput

Votes = Annotated[Path, typer.Option(help="CSV or Parquet with columns task, worker, label.")]
GoldFile = Annotated[Path | None, typer.Option(help="CSV or Parquet of right answers: task, label.")]
TaskColumn = Annotated[str, typer.Option(help="Name of the column task.")]
WorkerColumn = Annotated[str, typer.Option(help="Name of the column worker.")]
LabelColumn = Annotated[str, typer.Option(help="Name of the column label.")]
GoldTaskColumn = Annotated[str | None, typer.Option(help="Of gold; by default as in the votes.")]
GoldLabelColumn = Annotated[str | None, typer.Option(help="Of gold; by default as in the votes.")]
Output = Annotated[str, typer.Option(help="table or json.")]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn BadInput into one line on stderr and exit code 2."""
    try:
        yield
    except BadInput as error:
        err.print(" ".join(str(error).split()), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


def check_output(output: str) -> None:
    """Raise BadInput for a form of output that is not known."""
    if output not in ("table", "json"):
        raise BadInput(f"--output {output!r} is not known: use table or json")


def warn(told: str) -> None:
    """Say a warning."""
    err.print(f"warning: {told}", style="yellow", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def doing(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal what is being done; yields report(done, all) for work that knows how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(escape(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def name(text: str, most: int = 40) -> str:
    """Return a name out of a file for a table: never longer than `most`, and never read as markup."""
    return escape(text if len(text) <= most else text[: most - 1] + "…")


def shown(value: float | None) -> str:
    """Return a share as people read it."""
    return "none" if value is None else f"{value:.3f}"
