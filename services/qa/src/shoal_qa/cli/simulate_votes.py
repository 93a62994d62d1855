"""`shoal qa simulate-votes`: the number of votes that would have been enough."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.console import err, out
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.command_line.reading import (
    EncodingOption,
    JoinSpellingsOption,
    MissingOption,
    SkipBadOption,
    list_skipped,
    read_options,
)
from shoal.files.errors import BadInput
from shoal.files.outputs import OutputCheck
from shoal.files.writing import write_table, write_text
from shoal_qa.adapters.files.answers import with_classes_of
from shoal_qa.adapters.files.votes import Columns, Gold, read_gold, read_votes
from shoal_qa.adapters.pages.votes import PRICE_COLUMNS, price_cells, saved_share, votes_page
from shoal_qa.cli.options import (
    AcceptProbability,
    AnnotatorColumn,
    AnnotatorColumns,
    GoldFromStart,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    ReplayModel,
    ReplayOutput,
    ReviewPrices,
    TaskColumn,
    Truth,
    VotePrice,
    Votes,
)
from shoal_qa.cli.votes import (
    named_as_votes,
    refuse_texts,
    summarize_votes,
    vote_columns,
    warn_of_little,
)
from shoal_qa.domain.stopping.prices import REVIEW_PRICES
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.votes_needed import Replays, replay_votes

FILES = ("curves.csv", "prices.csv", "index.html")


def simulate_votes(
    votes: Votes,
    *,
    output: ReplayOutput = None,
    truth: Truth = None,
    gold: GoldFromStart = None,
    model: ReplayModel = "dawid-skene",
    seeds: Annotated[int, typer.Option(min=1, help="Number of random orders of the votes.")] = 3,
    accept_probability: AcceptProbability = 0.9,
    min_votes: Annotated[int, typer.Option(help="Fewest votes of a task, in the table of prices.")] = 2,
    max_votes: Annotated[int, typer.Option(help="Most votes of a task, in the table of prices.")] = 5,
    vote_price: VotePrice = 1.0,
    review_price: ReviewPrices = None,
    task_column: TaskColumn = None,
    worker_column: AnnotatorColumn = None,
    label_column: LabelColumn = None,
    annotator_columns: AnnotatorColumns = None,
    gold_task_column: GoldTaskColumn = None,
    gold_label_column: GoldLabelColumn = None,
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
    join_spellings: JoinSpellingsOption = False,
) -> None:
    """Replay the votes in random order and show how many would have been enough; needs no services."""
    of_answers = Columns(task=gold_task_column or task_column, label=gold_label_column or label_column)
    options = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        OutputCheck([votes, gold, truth], print_warning).check_folder("output", output, FILES)
        rules = _price_rules(accept_probability, (min_votes, max_votes), vote_price, review_price)
        with show_progress("reading"):
            gold_answers = Gold() if gold is None else read_gold(gold, of_answers, options=options)
            right = Gold() if truth is None else read_gold(truth, of_answers, "truth", options)
            file = read_votes(
                votes,
                vote_columns(task_column, worker_column, label_column, annotator_columns),
                print_warning,
                options=options,
            )
        summarize_votes(file)
        refuse_texts(file)
        from_start = named_as_votes(gold_answers, file, options)
        measured = named_as_votes(right, file, options, "truth")
        named = with_classes_of(file, from_start, measured).named
        gold_classes = from_start.classes(named)
        answers = None if truth is None else measured.classes(named)
        warn_of_little(named)
        with show_progress("replaying") as report:
            replays = replay_votes(
                named.votes, gold_classes, answers, model=model, seeds=seeds, rules=rules, report=report
            )
        if output is not None:
            _write_replays(
                output, replays, f"{votes.name}: {_counts_of(named)}, {model}", is_truth=truth is not None
            )
        list_skipped(output, options)
    if truth is None:
        print_warning("no --truth: accuracy is agreement with the consensus of all votes, which may be wrong")
    print_replays(replays)
    print_prices(replays)
    if output is not None:
        err.print(str(output / "index.html"), markup=False, highlight=False, soft_wrap=True)


def _counts_of(named: NamedVotes) -> str:
    return f"{len(named.votes):,} votes on {len(named.tasks):,} tasks"


def _write_replays(folder: Path, replays: Replays, what: str, *, is_truth: bool) -> None:
    measured = "the share of right answers" if is_truth else "agreement with the consensus of all votes"
    write_table(folder / "curves.csv", _curve_columns(replays))
    write_table(folder / "prices.csv", _price_columns(replays))
    write_text(folder / "index.html", votes_page(replays, what, measured))


def _price_rules(
    threshold: float, votes: tuple[int, int], vote_price: float, review_prices: Sequence[float] | None
) -> list[StoppingRule]:
    """Return the rules to try: one without reviews, and one for each price of a review."""
    prices = sorted(review_prices or [price * vote_price for price in REVIEW_PRICES])
    try:
        return [
            StoppingRule(
                threshold=threshold,
                min_votes=votes[0],
                max_votes=votes[1],
                vote_price=vote_price,
                review_price=price,
            )
            for price in (None, *prices)
        ]
    except ValueError as error:
        raise BadInput(str(error)) from None


def _curve_columns(replays: Replays) -> dict[str, Any]:
    rows = [
        (name, seed, float(at), int(spent), float(accuracy))
        for seed, simulation in enumerate(replays.simulations)
        for name, curve in (("one by one", simulation.sequential), ("fixed number", simulation.fixed))
        for at, spent, accuracy in zip(curve.at, curve.votes, curve.accuracy, strict=True)
    ]
    names = ("stopping", "order", "threshold_or_votes", "votes", "accuracy")
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def print_replays(replays: Replays) -> None:
    """Print the votes per task for an accuracy, one by one and with a fixed number."""
    table = Table("accuracy", "one by one", "of all votes", "fixed number", "of all votes")
    table.title = (
        f"votes per task; all votes: {replays.votes_per_task:.2f} per task, {replays.accuracy:.3f} right"
    )
    for needed in replays.needed:
        cells = [f"{needed.accuracy:.3f}"]
        for votes in (needed.sequential, needed.fixed):
            share = np.nan if votes is None else votes / replays.votes_per_task
            cells += ["not reached", ""] if votes is None else [f"{votes:.2f}", f"{share:.2f}"]
        table.add_row(*cells)
    table.caption = " ".join(saved_share(replays))
    out.print(table)


def _price_columns(replays: Replays) -> dict[str, Any]:
    rows = [asdict(outcome) for outcome in replays.prices]
    return {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}


def print_prices(replays: Replays) -> None:
    """Print votes, reviews, accuracy and cost for each price of a review."""
    table = Table("review price", *PRICE_COLUMNS, title="effect of the price of a review, per task")
    for outcome in replays.prices:
        table.add_row(*price_cells(outcome))
    out.print(table)
