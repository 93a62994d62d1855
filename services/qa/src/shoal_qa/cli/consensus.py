"""`shoal qa consensus`: what the votes of a file are worth, and which labels may be used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer
from rich.table import Table

from shoal.runtime.client import err, out
from shoal_qa.adapters.annotators_file import write_annotators
from shoal_qa.adapters.consensus_page import consensus_page
from shoal_qa.adapters.tables import named_column, write_table, write_text
from shoal_qa.adapters.votes_files import Columns, Gold, known_answers, read_gold, read_votes
from shoal_qa.cli.offline import (
    GoldFile,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    TaskColumn,
    Votes,
    WorkerColumn,
    doing,
    name,
    one_line_errors,
    warn,
)
from shoal_qa.domain.arrays import Named
from shoal_qa.domain.consensus import Consensus, Options
from shoal_qa.domain.consensus import consensus as labels_of
from shoal_qa.domain.gold import TrustRule
from shoal_qa.usecases.annotators_of_votes import look_at
from shoal_qa.usecases.consensus_of_votes import actions_of, facts_of, support
from shoal_qa.usecases.consensus_report import Facts
from shoal_qa.usecases.errors import BadInput

LABELS = ("label", "probability", "accepted", "action", "votes", "agreement")
TARGET = 0.95  # precision where gold is given and no target


def consensus(
    votes: Votes,
    output: Annotated[
        Path,
        typer.Option(help="CSV or Parquet: task, label, probability, accepted, action, votes, agreement."),
    ],
    gold: GoldFile = None,
    model: Annotated[str, typer.Option(help="auto, or a model of votes by name.")] = "auto",
    target_precision: Annotated[
        float | None, typer.Option(help="Share of accepted labels that is right; with gold 0.95.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="With which that share is promised.")] = 0.95,
    annotators: Annotated[Path | None, typer.Option(help="CSV or Parquet of the annotators.")] = None,
    report: Annotated[Path | None, typer.Option(help="A page that opens from disk: .html.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 0,
    task_column: TaskColumn = "task",
    worker_column: WorkerColumn = "worker",
    label_column: LabelColumn = "label",
    gold_task_column: GoldTaskColumn = None,
    gold_label_column: GoldLabelColumn = None,
) -> None:
    """Turn votes into labels with probabilities, and say which of them may be accepted; needs no stack."""
    with one_line_errors():
        if target_precision is None and gold is not None:
            target_precision = TARGET
        options = _options(model, target_precision, confidence)
        with doing("reading"):
            of_gold = Columns(gold_task_column or task_column, label=gold_label_column or label_column)
            answers = Gold() if gold is None else read_gold(gold, of_gold)
            named = read_votes(votes, Columns(task_column, worker_column, label_column), answers, warn).named
            known = known_answers(answers, named, warn)
        _warn(named)
        with doing("fitting models of votes"):
            found = labels_of(named.votes, known, options)
            actions = actions_of(found)
        _write(output, named, found, actions, task_column)
        people = None
        if annotators is not None or report is not None:
            with doing("looking at annotators"):
                rule, rng = TrustRule(), np.random.default_rng(seed)
                people = look_at(named.votes, known, None, None, rng, rule)
        if annotators is not None and people is not None:
            names = named.annotators, named.classes
            write_annotators(annotators, people, *names, worker_column, rule.raised_below)
        facts = facts_of(named, known, found, options, actions, people, votes.name)
        if report is not None:
            write_text(report, consensus_page(facts))
    _show(facts)
    for file in (output, annotators, report):
        if file is not None:
            err.print(str(file), markup=False, highlight=False, soft_wrap=True)


def _options(model: str, target: float | None, confidence: float) -> Options:
    for option, value in (("--target-precision", target), ("--confidence", confidence)):
        if value is not None and not 0 < value < 1:
            raise BadInput(f"{option} is {value:g}: give a share between 0 and 1, for instance 0.95")
    try:
        return Options(model, target, confidence)
    except ValueError as error:
        raise BadInput(f"--model: {error}") from None


def _warn(named: Named) -> None:
    if len(named.annotators) == 1:
        warn(f"one annotator only ({named.annotators[0]!r}): nobody checks the labels")
    elif (named.votes.votes_per_task() < 2).all():
        warn("no task has two votes: nothing but gold tells who is right")
    if len(named.classes) == 1:
        warn(f"one class only ({named.classes[0]!r}): every label is the same")


def _write(file: Path, named: Named, found: Consensus, actions: Sequence[str], task_column: str) -> None:
    behind = support(named.votes, found.label)
    columns = {
        task_column if task_column not in LABELS else "task": pa.array(named.tasks, pa.string()),
        "label": named_column(named.classes, found.label),
        "probability": pa.array(found.probability.round(4)),
        "accepted": pa.array(found.accepted),
        "action": pa.array(actions, pa.string()),
        "votes": behind.votes,
        "agreement": pa.array(behind.agreement.round(4), from_pandas=True),
    }
    write_table(file, columns)


def _show(facts: Facts) -> None:
    table = Table("what", "value", title=f"{facts.tasks:,} tasks, {facts.votes:,} votes")
    table.add_row("model", name(facts.model))
    for action, count in facts.actions.items():
        table.add_row(action, f"{count:,}")
    table.add_row("right by the probabilities, gold left out", f"{facts.expected:.3f}")
    if facts.reliability is not None:
        table.add_row("expected calibration error on gold", f"{facts.reliability.error:.3f}")
    promise = facts.certificate
    if promise is not None and promise.bound is not None:
        table.add_row(
            f"accepted labels that are right, with {promise.confidence:g} confidence",
            f"at least {promise.bound:.3f}",
        )
    out.print(table)
    if promise is None:
        warn(f"{facts.rule}: give --gold")
    elif promise.threshold is None:
        more = (
            "more gold would hardly help"
            if promise.more_gold is None
            else f"about {promise.more_gold:,} more would do"
        )
        warn(
            f"{facts.gold:,} gold answers do not bear out a precision of {promise.target:g}: nothing accepted; {more}"
        )
