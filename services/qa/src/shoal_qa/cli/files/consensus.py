"""`shoal qa consensus`: labels of a file's tasks, with probabilities and next steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from shoal.command_line.console import err, out, shown_name
from shoal.command_line.offline import one_line_errors, print_warning
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
from shoal.wording import format_count
from shoal_qa.cli.files.labelling import Outputs, read_inputs, write_consensus
from shoal_qa.cli.files.options import (
    AnnotatorColumn,
    AnnotatorColumns,
    AnnotatorsOutput,
    Bounds,
    Confidence,
    FutileBelow,
    GoldFile,
    GoldLabelColumn,
    GoldTaskColumn,
    LabelColumn,
    LabelsOutput,
    Model,
    Predictions,
    ReportOutput,
    ReviewPrice,
    Seed,
    Shape,
    TargetPrecision,
    TaskColumn,
    VotePrice,
    Votes,
)
from shoal_qa.cli.files.votes import VoteFiles, right_columns, vote_columns
from shoal_qa.domain.consensus import Options
from shoal_qa.usecases.files.facts import Facts
from shoal_qa.usecases.files.texts.shapes import check_bounds, check_shape

MOST_VOTES = 100
TARGET = 0.95  # precision with --gold and without --target-precision


def label_tasks(
    votes: Votes,
    *,
    output: LabelsOutput,
    shape: Shape = "class",
    bounds: Bounds = None,
    gold: GoldFile = None,
    predictions: Predictions = None,
    model: Model = "auto",
    target_precision: TargetPrecision = None,
    confidence: Confidence = 0.95,
    min_votes: Annotated[int, typer.Option(help="Fewest votes of an accepted label.")] = 1,
    max_votes: Annotated[
        int | None,
        typer.Option(help="Most votes of a task; by default the largest number in the file, at least 5."),
    ] = None,
    futile_below: FutileBelow = 0.05,
    vote_price: VotePrice = 1.0,
    review_price: ReviewPrice = 5.0,
    annotators: AnnotatorsOutput = None,
    report: ReportOutput = None,
    seed: Seed = 0,
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
    """Turn votes into labels with probabilities, and say which labels can be accepted; needs no services."""
    named_columns = (task_column, worker_column, label_column, annotator_columns)
    reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
    with one_line_errors():
        check_shape(shape)
        check_bounds(shape, bounds)
        goal = _goal_fields(target_precision, confidence, gold)
        goal |= _vote_fields(min_votes, max_votes) | _price_fields(vote_price, review_price, futile_below)
        options = _options_of(model=model, seed=seed, **goal)
        columns = vote_columns(*named_columns, shape=shape, bounds=bounds)
        outputs = Outputs(labels=output, annotators=annotators, report=report, columns=columns)
        _check_outputs(outputs, [votes, gold, predictions])
        gold_columns = right_columns(columns, gold_task_column, gold_label_column)
        files = VoteFiles(votes=votes, columns=columns, gold=gold, gold_columns=gold_columns, reading=reading)
        label = _label_classes if shape == "class" else _label_answers
        facts = label(files, predictions, options, outputs)
        list_skipped(output, reading)
    print_consensus(facts)
    _print_written(outputs)


def _label_classes(files: VoteFiles, predictions: Path | None, options: Options, outputs: Outputs) -> Facts:
    return write_consensus(read_inputs(files, predictions), options, outputs)


def _label_answers(files: VoteFiles, predictions: Path | None, options: Options, outputs: Outputs) -> Facts:
    # Loads the contracts, which votes on classes need not.
    from shoal_qa.cli.files.answer_labelling import read_answer_inputs, refuse_class_files, write_answers

    refuse_class_files(predictions=predictions)
    return write_answers(read_answer_inputs(files), options, outputs)


def _check_outputs(outputs: Outputs, inputs: Sequence[Path | None]) -> None:
    check = OutputCheck(inputs, print_warning)
    check.check_table("output", outputs.labels)
    check.check_table("annotators", outputs.annotators)
    check.check_page("report", outputs.report)


def _print_written(outputs: Outputs) -> None:
    for file in (outputs.labels, outputs.annotators, outputs.report):
        if file is not None:
            err.print(str(file), markup=False, highlight=False, soft_wrap=True)


def _goal_fields(target: float | None, confidence: float, gold: Path | None) -> dict[str, Any]:
    if target is None and gold is not None:
        target = TARGET
    for field, value in (("target_precision", target), ("confidence", confidence)):
        if value is not None and not 0 < value < 1:
            raise BadInput(f"{value:g} is not a share between 0 and 1, for instance 0.95", field=field)
    return {"target_precision": target, "confidence": confidence}


def _vote_fields(min_votes: int, max_votes: int | None) -> dict[str, Any]:
    for field, votes in (("min_votes", min_votes), ("max_votes", max_votes)):
        if votes is not None and not 1 <= votes <= MOST_VOTES:
            raise BadInput(f"{votes} is not between 1 and {MOST_VOTES}", field=field)
    if max_votes is not None and max_votes < min_votes:
        raise BadInput(f"{max_votes} is less than the fewest votes, {min_votes}", field="max_votes")
    return {"min_votes": min_votes, "max_votes": max_votes}


def _price_fields(vote_price: float, review_price: float, futile_below: float) -> dict[str, Any]:
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
    return {"vote_price": vote_price, "review_price": review_price or None, "futile_below": futile_below}


def _options_of(**fields: Any) -> Options:
    try:
        return Options(**fields)
    except ValueError as error:
        raise BadInput(str(error), field="model") from None


def print_consensus(facts: Facts) -> None:
    """Print the next steps and the quality of the labels; warn if there is no guarantee."""
    table = Table(
        "measure", "value", title=f"{format_count(facts.tasks, 'task')}, {format_count(facts.votes, 'vote')}"
    )
    table.add_row("model", shown_name(facts.model))
    for action, count in facts.actions.items():
        table.add_row(action, f"{count:,}")
    if facts.expected is not None:
        table.add_row("expected accuracy (gold excluded)", f"{facts.expected:.3f}")
    if facts.reliability is not None:
        table.add_row("expected calibration error on gold", f"{facts.reliability.error:.3f}")
    if facts.cut:
        table.add_row("intervals cut at the ends of the file's numbers", f"{facts.cut:,}")
    promise = facts.certificate
    if promise is not None and promise.bound is not None:
        table.add_row(
            f"accepted labels that are right (confidence {promise.confidence:g})",
            f"at least {promise.bound:.3f}",
        )
    out.print(table)
    if facts.cut:
        print_warning(
            f"{format_count(facts.cut, 'interval ends', 'intervals end')} at the least or greatest number "
            "of the file and may be too short (column cut): give the possible numbers with --range LOW HIGH"
        )
    if promise is None:
        print_warning(facts.rule)
    elif promise.threshold is None:
        more = (
            "more gold would hardly help; collect more or better votes"
            if promise.more_gold is None
            else f"about {promise.more_gold:,} more would be enough"
        )
        print_warning(
            f"{format_count(facts.gold, 'gold answer does', 'gold answers do')} not confirm a "
            f"precision of {promise.target:g}: no label is accepted by its votes; {more}"
        )
