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
from shoal.wording import format_count
from shoal_qa.adapters.files.answers import with_classes_of
from shoal_qa.adapters.pages.votes import PRICE_COLUMNS, price_cells, saved_share, votes_page
from shoal_qa.cli.files.options import (
    AcceptProbability,
    AnnotatorColumn,
    AnnotatorColumns,
    Bounds,
    GoldFromStart,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    ReplayModel,
    ReplayOutput,
    ReviewPrices,
    Shape,
    TaskColumn,
    Truth,
    VotePrice,
    Votes,
)
from shoal_qa.cli.files.votes import (
    VoteFiles,
    named_as_votes,
    refuse_texts,
    right_columns,
    summarize_votes,
    vote_columns,
    warn_of_little,
)
from shoal_qa.domain.stopping.prices import REVIEW_PRICES
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.texts.shapes import check_bounds, check_shape
from shoal_qa.usecases.files.votes_needed import Replays, replay_votes

FILES = ("curves.csv", "prices.csv", "index.html")


def simulate_votes(
    votes: Votes,
    *,
    output: ReplayOutput = None,
    shape: Shape = "class",
    bounds: Bounds = None,
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
    named_columns = (task_column, worker_column, label_column, annotator_columns)
    reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        check_shape(shape)
        check_bounds(shape, bounds)
        OutputCheck([votes, gold, truth], print_warning).check_folder("output", output, FILES)
        rules = _price_rules(accept_probability, (min_votes, max_votes), vote_price, review_price)
        columns = vote_columns(*named_columns, shape=shape, bounds=bounds)
        gold_columns = right_columns(columns, gold_task_column, gold_label_column)
        files = VoteFiles(
            votes=votes, columns=columns, gold=gold, gold_columns=gold_columns, truth=truth, reading=reading
        )
        replay = _replay_classes if shape == "class" else _replay_shape
        named, replays = replay(files, rules, model=model, seeds=seeds)
        if output is not None:
            what = f"{votes.name}: {_counts_of(named)}, {model}"
            _write_replays(output, replays, what, is_truth=truth is not None)
        list_skipped(output, reading)
    if truth is None:
        print_warning("no --truth: accuracy is agreement with the consensus of all votes, which may be wrong")
    print_replays(replays)
    print_prices(replays)
    if output is not None:
        err.print(str(output / "index.html"), markup=False, highlight=False, soft_wrap=True)


def _replay_classes(
    files: VoteFiles, rules: Sequence[StoppingRule], *, model: str, seeds: int
) -> tuple[NamedVotes, Replays]:
    """Return votes for single classes, and their replays. Raises BadInput."""
    with show_progress("reading"):
        gold, right, file = files.read_gold(), files.read_truth(), files.read_votes()
    summarize_votes(file)
    refuse_texts(file)
    from_start = named_as_votes(gold, file, files.reading)
    measured = named_as_votes(right, file, files.reading, "truth")
    named = with_classes_of(file, from_start, measured).named
    warn_of_little(named)
    with show_progress("replaying") as report:
        return named, replay_votes(
            named.votes,
            from_start.classes(named),
            None if files.truth is None else measured.classes(named),
            model=model,
            seeds=seeds,
            rules=rules,
            report=report,
        )


def _replay_shape(
    files: VoteFiles, rules: Sequence[StoppingRule], *, model: str, seeds: int
) -> tuple[NamedVotes, Replays]:
    """Return answers that are not single classes, and their replays. Raises BadInput."""
    # Loads the contracts, which votes on classes need not.
    from shoal_qa.cli.files.answer_labelling import read_answer_inputs
    from shoal_qa.usecases.files.answers.answers_needed import replay_answers

    inputs = read_answer_inputs(files)
    with show_progress("replaying") as report:
        return inputs.named, replay_answers(
            inputs.named,
            inputs.written,
            inputs.gold,
            inputs.truth,
            model=model,
            seeds=seeds,
            rules=rules,
            report=report,
        )


def _counts_of(named: NamedVotes) -> str:
    return f"{format_count(len(named.votes), 'vote')} on {format_count(len(named.tasks), 'task')}"


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
