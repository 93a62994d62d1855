"""What the commands over files share: options, one-line errors with exit code 2, warnings and progress on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from shoal.command_line.client import err
from shoal_qa.adapters.files.votes import Columns, Gold, VotesFile, known_answers, read_gold, read_votes
from shoal_qa.domain.votes.arrays import Ints, Named
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
    """Turn BadInput into one line on stderr and exit code 2, and too little memory into one with exit code 1."""
    try:
        yield
    except BadInput as error:
        err.print(" ".join(str(error).split()), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    except MemoryError as error:
        err.print(f"not enough memory: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def check_output(output: str) -> None:
    """Raise BadInput for a form of output that is not known."""
    if output not in ("table", "json"):
        raise BadInput(f"--output {output!r} is not known: use table or json")


def warn(told: str) -> None:
    """Say a warning."""
    err.print(f"warning: {told}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def read_with_gold(
    votes: Path, columns: Columns, gold: Path | None, gold_task: str | None, gold_label: str | None
) -> tuple[VotesFile, Ints]:
    """Return votes and the gold class of each task or UNKNOWN; say what is odd. Raises BadInput."""
    with doing("reading"):
        of_gold = Columns(gold_task or columns.task, label=gold_label or columns.label)
        answers = Gold() if gold is None else read_gold(gold, of_gold)
        file = read_votes(votes, columns, answers, warn)
        known = known_answers(answers, file.named, warn)
    warn_of_little(file.named)
    return file, known


def warn_of_little(named: Named) -> None:
    """Say where votes are too few, or too much alike, to tell anything."""
    if len(named.annotators) == 1:
        warn(
            f"one annotator only ({named.annotators[0]!r}): without gold nothing speaks for or against an answer"
        )
    elif (named.votes.votes_per_task() < 2).all():
        warn("no task has two votes: without gold nothing speaks for or against an answer")
    if len(named.classes) == 1:
        warn(f"one class only ({named.classes[0]!r}): no answer can be wrong")


@contextmanager
def doing(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal what is being done; yields report(done, all) for work that knows how far it is."""
    with _bar(what) as (bar, task):
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def steps(what: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; yields report(what) for work in several steps."""
    with _bar(what) as (bar, task):
        yield lambda step: bar.update(task, description=escape(step))


@contextmanager
def _bar(what: str) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield bar, bar.add_task(escape(what), total=None)


def name(text: str, most: int = 40) -> str:
    """Return a name out of a file for a table: never longer than `most`, and never read as markup."""
    return escape(text if len(text) <= most else text[: most - 1] + "…")


def shown(value: float | None) -> str:
    """Return a share as people read it."""
    return "none" if value is None else f"{value:.3f}"
