"""`shoal qa annotators`: the annotators of a file of votes, with skill, state and warning signals."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.console import err, out, shown_name
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.command_line.reading import (
    EncodingOption,
    JoinSpellingsOption,
    MissingOption,
    SkipBadOption,
    list_skipped,
    read_options,
)
from shoal.files.outputs import OutputCheck
from shoal.wording import format_count
from shoal_qa.adapters.files.annotators import MOST_CLASSES, write_annotators
from shoal_qa.cli.files.options import (
    AnnotatorColumn,
    AnnotatorColumns,
    Bounds,
    GoldFile,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    Shape,
    TaskColumn,
    Votes,
)
from shoal_qa.cli.files.votes import VoteFiles, read_with_gold, right_columns, vote_columns
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.consensus import Options
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.annotators import AnnotatorFindings, examine_annotators
from shoal_qa.usecases.files.texts.shapes import check_bounds, check_shape

RANK = {"blocked": 0, "probation": 1, "new": 2, "trusted": 3}
COLUMNS = ("annotator", "state", "votes", "skill", "low", "high", "gold", "signals (p)")


def show_annotators(
    votes: Votes,
    *,
    shape: Shape = "class",
    bounds: Bounds = None,
    gold: GoldFile = None,
    output: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file to write, one row for each annotator.")
    ] = None,
    seconds: Annotated[
        str | None, typer.Option(help="Column of the seconds that a vote took; enables the signal `haste`.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="Column of the time of a vote, or of its number in order; enables the signal `change`."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Number of annotators to print.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the order of votes, which is random without --at.")] = 0,
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
    """Print annotators with skill, its 95 % interval, gold, state and warning signals; needs no services."""
    rule, named_columns = TrustRule(), (task_column, worker_column, label_column, annotator_columns)
    reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        check_shape(shape)
        check_bounds(shape, bounds)
        OutputCheck([votes, gold], print_warning).check_table("output", output)
        columns = vote_columns(*named_columns, seconds=seconds, at=at, shape=shape, bounds=bounds)
        gold_columns = right_columns(columns, gold_task_column, gold_label_column)
        files = VoteFiles(votes=votes, columns=columns, gold=gold, gold_columns=gold_columns, reading=reading)
        judge = _judge_voters if shape == "class" else _judge_answerers
        named, people = judge(files, output, seed=seed, rule=rule)
        list_skipped(output, reading)
    print_annotators(people, named, limit, rule)
    if output is not None:
        _print_written(output, named, shape)


def _judge_voters(
    files: VoteFiles, output: Path | None, *, seed: int, rule: TrustRule
) -> tuple[NamedVotes, AnnotatorFindings]:
    """Return votes on single classes and the findings about annotators, and write them. Raises BadInput."""
    file, gold_classes = read_with_gold(files)
    with show_progress("fitting"):
        rng = np.random.default_rng(seed)
        people = examine_annotators(
            file.named.votes, gold_classes, seconds=file.seconds, at=file.at, rng=rng, rule=rule
        )
    if output is not None:
        write_annotators(
            output,
            people,
            annotators=file.named.annotators,
            classes=file.named.classes,
            name=files.columns.annotator_name,
            level=rule.raised_below,
        )
    return file.named, people


def _judge_answerers(
    files: VoteFiles, output: Path | None, *, seed: int, rule: TrustRule
) -> tuple[NamedVotes, AnnotatorFindings]:
    """Return answers of other shapes and the findings about annotators, and write them. Raises BadInput."""
    # Loads the contracts, which votes on classes need not.
    from shoal_qa.cli.files.answer_labelling import (
        annotators_of_answers,
        merge_inputs,
        read_answer_inputs,
        write_people,
    )

    inputs = read_answer_inputs(files)
    merged = merge_inputs(inputs, Options(seed=seed))
    people = annotators_of_answers(inputs, merged, seed=seed, rule=rule)
    if output is not None:
        write_people(output, inputs.named, people, files.columns)
    return inputs.named, people


def _print_written(output: Path, named: NamedVotes, shape: str) -> None:
    """Print what the written table holds."""
    if shape == "class" and len(named.classes) > MOST_CLASSES:
        print_warning(f"{len(named.classes):,} classes: skill by class is written for at most {MOST_CLASSES}")
    err.print(f"{format_count(len(named.annotators), 'annotator')}: {output}", markup=False, soft_wrap=True)


def print_annotators(people: AnnotatorFindings, named: NamedVotes, limit: int, rule: TrustRule) -> None:
    """Print the annotators, the most suspicious ones first."""
    order = sorted(
        range(len(named.annotators)),
        key=lambda a: (RANK[people.states[a]], -len(people.alarms[a]), people.skill.rate[a]),
    )
    table = Table(*COLUMNS)
    for a in order[:limit]:
        rates = (people.skill.rate[a], people.skill.low[a], people.skill.high[a])
        table.add_row(
            shown_name(named.annotators[a]),
            people.states[a],
            f"{people.votes[a]:,}",
            *(f"{rate:.2f}" for rate in rates),
            f"{people.gold_right[a]} of {people.gold_answered[a]}",
            ", ".join(f"{signal} {people.p[signal][a]:.1g}" for signal in sorted(people.alarms[a])),
        )
    counts = {state: sum(other == state for other in people.states) for state in RANK}
    table.title = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    often = f"{1 / rule.raised_below:.0f}"
    table.caption = (
        f"low, high: 95 % interval. A signal is no proof: 1 honest crowd in {often} raises one by chance."
    )
    out.print(table)
