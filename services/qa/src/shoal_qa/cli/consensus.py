"""`shoal qa consensus`: labels of a file's tasks, with probabilities and next steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.console import err, out, shown_name
from shoal.command_line.offline import one_line_errors, print_warning, show_progress, show_steps
from shoal.files.columns import Coded
from shoal.files.errors import BadInput
from shoal.files.writing import Cells, write_table, write_text
from shoal_qa.adapters.files.annotators import write_annotators
from shoal_qa.adapters.files.predictions import read_predictions
from shoal_qa.adapters.files.votes import Columns
from shoal_qa.adapters.pages.consensus import consensus_page
from shoal_qa.cli.options import (
    AnnotatorColumn,
    GoldFile,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    TaskColumn,
    Votes,
)
from shoal_qa.cli.votes import read_with_gold
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.consensus import Consensus, Options
from shoal_qa.domain.consensus import consensus as labels_of
from shoal_qa.domain.votes.arrays import Ints, NamedVotes
from shoal_qa.usecases.files.annotators import AnnotatorFindings, examine_annotators
from shoal_qa.usecases.files.consensus import actions_of, facts_of, support_of
from shoal_qa.usecases.files.facts import Facts

LABELS = ("label", "probability", "accepted", "action", "votes", "agreement")
MOST_VOTES = 100
TARGET = 0.95  # precision with --gold and without --target-precision


def label_tasks(
    votes: Votes,
    *,
    output: Annotated[
        Path,
        typer.Option(
            help="CSV or Parquet file to write: task, label, probability, accepted, action, votes, agreement."
        ),
    ],
    gold: GoldFile = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="Table of a model's predictions, used as one more voter: task and a column for each class."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Model of votes: auto, or a name from docs/quality.md.")
    ] = "auto",
    target_precision: Annotated[
        float | None,
        typer.Option(help="Share of accepted labels that must be right; by default 0.95 with --gold."),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Confidence level of the precision guarantee.")] = 0.95,
    min_votes: Annotated[int, typer.Option(help="Fewest votes of an accepted label.")] = 1,
    max_votes: Annotated[
        int | None,
        typer.Option(help="Most votes of a task; by default the largest number in the file, at least 5."),
    ] = None,
    futile_below: Annotated[
        float,
        typer.Option(
            help="Chance of settling a task below which no more votes are bought; without experts only."
        ),
    ] = 0.05,
    vote_price: Annotated[float, typer.Option(help="Price of a vote.")] = 1.0,
    review_price: Annotated[
        float,
        typer.Option(help="Price of an expert review, in the unit of --vote-price; 0 disables reviews."),
    ] = 5.0,
    annotators: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file of annotators to write.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="HTML page to write; it opens from disk.")] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of random choices; the same seed gives the same answer.")
    ] = 0,
    task_column: TaskColumn = "task",
    worker_column: AnnotatorColumn = "worker",
    label_column: LabelColumn = "label",
    gold_task_column: GoldTaskColumn = None,
    gold_label_column: GoldLabelColumn = None,
) -> None:
    """Turn votes into labels with probabilities, and say which labels can be accepted; needs no stack."""
    with one_line_errors():
        if target_precision is None and gold is not None:
            target_precision = TARGET
        _check_goal(target_precision, confidence)
        _check_votes(min_votes, max_votes)
        _check_prices(vote_price, review_price, futile_below)
        options = _options_of(
            model=model,
            target_precision=target_precision,
            confidence=confidence,
            min_votes=min_votes,
            max_votes=max_votes,
            futile_below=futile_below,
            vote_price=vote_price,
            review_price=review_price or None,
            seed=seed,
        )
        columns = Columns(task=task_column, annotator=worker_column, label=label_column)
        gold_columns = Columns(task=gold_task_column or task_column, label=gold_label_column or label_column)
        file, gold_classes = read_with_gold(votes, columns, gold, gold_columns)
        named = file.named
        scores = (
            predictions
            if predictions is None
            else read_predictions(predictions, task_column, named, print_warning)
        )
        with show_steps("fitting models of votes") as step:
            labelled = labels_of(named.votes, gold_classes, options, report=step, predictions=scores)
        actions, people, rule = actions_of(labelled), None, TrustRule()
        if annotators is not None or report is not None:
            people = _annotators_of(named, gold_classes, seed, rule, required=annotators is not None)
        _write_labels(output, named, labelled, actions, task_column=task_column)
        if annotators is not None and people is not None:
            write_annotators(
                annotators,
                people,
                annotators=named.annotators,
                classes=named.classes,
                name=worker_column,
                level=rule.raised_below,
            )
        facts = facts_of(
            named,
            gold_classes,
            consensus=labelled,
            options=options,
            actions=actions,
            people=people,
            source=votes.name,
        )
        if report is not None:
            write_text(report, consensus_page(facts))
    print_consensus(facts)
    for written in (output, annotators, report):
        if written is not None:
            err.print(str(written), markup=False, highlight=False, soft_wrap=True)


def _check_goal(target: float | None, confidence: float) -> None:
    for field, value in (("target_precision", target), ("confidence", confidence)):
        if value is not None and not 0 < value < 1:
            raise BadInput(f"{value:g} is not a share between 0 and 1, for instance 0.95", field=field)


def _check_votes(min_votes: int, max_votes: int | None) -> None:
    for field, votes in (("min_votes", min_votes), ("max_votes", max_votes)):
        if votes is not None and not 1 <= votes <= MOST_VOTES:
            raise BadInput(f"{votes} is not between 1 and {MOST_VOTES}", field=field)
    if max_votes is not None and max_votes < min_votes:
        raise BadInput(f"{max_votes} is less than the fewest votes, {min_votes}", field="max_votes")


def _check_prices(vote_price: float, review_price: float, futile_below: float) -> None:
    if not 0 < vote_price < float("inf"):
        raise BadInput(f"{vote_price:g} is not a price above 0", field="vote_price")
    if not 0 <= review_price < float("inf"):
        raise BadInput(
            f"{review_price:g} is not a price of 0 or more; 0 disables reviews", field="review_price"
        )
    if not 0 <= futile_below < 1:
        raise BadInput(
            f"{futile_below:g} is not a chance of at least 0 and less than 1", field="futile_below"
        )


def _options_of(**fields: Any) -> Options:
    try:
        return Options(**fields)
    except ValueError as error:
        raise BadInput(str(error), field="model") from None


def _annotators_of(
    named: NamedVotes, gold_classes: Ints, seed: int, rule: TrustRule, *, required: bool
) -> AnnotatorFindings | None:
    """Return the annotators' skill and signals, or None with a warning if they do not fit into memory.

    Raises BadInput in that case if they are required.
    """
    try:
        with show_progress("looking at annotators"):
            return examine_annotators(
                named.votes, gold_classes, seconds=None, at=None, rng=np.random.default_rng(seed), rule=rule
            )
    except BadInput as error:
        if required:
            raise
        print_warning(f"the report has no annotators: {error}")
        return None


def _write_labels(
    file: Path, named: NamedVotes, labelled: Consensus, actions: Sequence[str], *, task_column: str
) -> None:
    behind = support_of(named.votes, labelled.label)
    columns: dict[str, Cells] = {
        task_column if task_column not in LABELS else "task": named.tasks,
        "label": Coded(labelled.label, list(named.classes)),
        "probability": labelled.probability.round(4),
        "accepted": labelled.accepted,
        "action": list(actions),
        "votes": behind.votes,
        "agreement": behind.agreement.round(4),
    }
    write_table(file, columns)


def print_consensus(facts: Facts) -> None:
    """Print the next steps and the quality of the labels; warn if there is no guarantee."""
    table = Table("measure", "value", title=f"{facts.tasks:,} tasks, {facts.votes:,} votes")
    table.add_row("model", shown_name(facts.model))
    for action, count in facts.actions.items():
        table.add_row(action, f"{count:,}")
    if facts.expected is not None:
        table.add_row("expected accuracy (gold excluded)", f"{facts.expected:.3f}")
    if facts.reliability is not None:
        table.add_row("expected calibration error on gold", f"{facts.reliability.error:.3f}")
    promise = facts.certificate
    if promise is not None and promise.bound is not None:
        table.add_row(
            f"accepted labels that are right (confidence {promise.confidence:g})",
            f"at least {promise.bound:.3f}",
        )
    out.print(table)
    if promise is None:
        print_warning(facts.rule)
    elif promise.threshold is None:
        more = (
            "more gold would hardly help; collect more or better votes"
            if promise.more_gold is None
            else f"about {promise.more_gold:,} more would do"
        )
        print_warning(
            f"{facts.gold:,} gold answers do not confirm a precision of {promise.target:g}: "
            f"no label is accepted; {more}"
        )
