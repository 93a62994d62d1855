"""`shoal qa agreement`: the agreement of annotators in a file of votes."""

from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.console import out, shown_name
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.command_line.printing import Format, FormatOption, print_result
from shoal.command_line.reading import (
    EncodingOption,
    JoinSpellingsOption,
    MissingOption,
    SkipBadOption,
    read_options,
)
from shoal.wording import format_count
from shoal_qa.adapters.files.votes import VotesFile, read_votes
from shoal_qa.cli.files.options import (
    AnnotatorColumn,
    AnnotatorColumns,
    LabelColumn,
    Shape,
    TaskColumn,
    Votes,
)
from shoal_qa.cli.files.votes import count_single_labels, summarize_votes, vote_columns
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.agreement import Agreement, class_agreement
from shoal_qa.usecases.files.texts.class_sets import SEPARATORS, set_separator
from shoal_qa.usecases.files.texts.shapes import VALUE_SHAPES, check_level, check_shape

SHOWN_CLASSES = 30


def show_agreement(
    votes: Votes,
    *,
    shape: Shape = "class",
    level: Annotated[
        str | None,
        typer.Option(help="Level of numbers and ratings: ordinal (default of ratings), interval or ratio."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Number of tasks with the least agreement to print.")
    ] = 10,
    seed: Annotated[int, typer.Option(help="Seed of the random pairs that estimate chance agreement.")] = 0,
    form: FormatOption = Format.TABLE,
    task_column: TaskColumn = None,
    worker_column: AnnotatorColumn = None,
    label_column: LabelColumn = None,
    annotator_columns: AnnotatorColumns = None,
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
    join_spellings: JoinSpellingsOption = False,
) -> None:
    """Print Krippendorff's alpha, agreement by class, and the least agreed tasks; needs no services."""
    with one_line_errors():
        check_shape(shape)
        check_level(shape, level)
        columns = vote_columns(task_column, worker_column, label_column, annotator_columns, shape=shape)
        reading = read_options(encoding, missing, skip_bad=skip_bad, join_spellings=join_spellings)
        with show_progress("reading"):
            file = read_votes(votes, columns, print_warning, options=reading)
        summarize_votes(file, with_classes=shape == "class")
        _warn_of_labels(file.named, shape)
        with show_progress("comparing"):
            measured = _agreement_of(file, shape, level, np.random.default_rng(seed), join=join_spellings)
    _warn_of_little(measured, file.named)
    facts = _facts_of(measured, file.named, shape, limit)
    print_result(form, facts, [_row_of(facts)], lambda: print_agreement(facts))


def _row_of(facts: dict[str, Any]) -> dict[str, Any]:
    row = {name: value for name, value in facts.items() if not isinstance(value, (list, dict))}
    return row | {f"votes_per_task_{name}": count for name, count in facts["votes_per_task"].items()}


def _warn_of_labels(named: NamedVotes, shape: str) -> None:
    """Warn of labels that look like another shape than `shape`."""
    if shape == "class" and (once := count_single_labels(named)) is not None:
        print_warning(
            f"{once:,} of {format_count(len(named.votes), 'vote')} have a label that nobody else "
            "gave; if the labels are numbers or texts, say so with --shape"
        )
    if shape == "multi" and (sign := set_separator(named.classes)) != "|":
        print_warning(
            f"labels are sets of classes with a {SEPARATORS[sign]} between them; write JSON lists if they are not"
        )


def _agreement_of(
    file: VotesFile, shape: str, level: str | None, rng: np.random.Generator, *, join: bool
) -> Agreement:
    if shape == "class":
        return class_agreement(file.named)
    # Load the contracts, which votes on classes need not.
    from shoal_qa.usecases.files.answers.agreement import written_agreement
    from shoal_qa.usecases.files.texts.candidates import check_candidates
    from shoal_qa.usecases.files.texts.misread_regions import warn_of_regions
    from shoal_qa.usecases.files.texts.written_answers import read_written
    from shoal_qa.usecases.files.texts.written_classes import Spelling, spelled_classes

    written = read_written(shape, file.named.classes, file.places())
    spelling = Spelling(join=join, warn=print_warning, votes=file.named.votes.votes_per_label())
    written = spelled_classes(written, spelling)
    check_candidates(shape, file.named, file.places(), print_warning)
    warn_of_regions(shape, file.named, print_warning)
    return written_agreement(file.named, written, level=level, rng=rng)


def _warn_of_little(measured: Agreement, named: NamedVotes) -> None:
    if len(named.annotators) == 1:
        print_warning(f"one annotator only ({named.annotators[0]!r}): agreement needs at least two")
    elif not (measured.tasks.answers > 1).any():
        print_warning("no task has two votes: agreement cannot be measured")
    elif measured.alpha.value is None:
        print_warning("all answers are the same: agreement beyond chance cannot be measured")
    elif measured.alpha.units < 30:
        tasks = format_count(measured.alpha.units, "task has", "tasks have")
        print_warning(f"only {tasks} two votes or more: the interval is too narrow")


def _facts_of(measured: Agreement, named: NamedVotes, shape: str, limit: int) -> dict[str, Any]:
    """Return the measurements by name; for numbers the mean difference instead of the share that agrees."""
    least, middle, most = measured.votes_per_task().tolist()
    mean = measured.tasks.mean()
    facts: dict[str, Any] = {
        "shape": shape,
        "level": measured.level or None,
        "votes": len(named.votes),
        "tasks": len(named.tasks),
        "annotators": len(named.annotators),
        "alpha": measured.alpha.value,
        "alpha_low": measured.alpha.low,
        "alpha_high": measured.alpha.high,
        "tasks_with_two_votes": int((measured.tasks.answers > 1).sum()),
        "votes_per_task": {"least": least, "median": middle, "most": most},
    }
    facts["mean_difference" if shape in VALUE_SHAPES else "agreement_of_pairs"] = (
        mean if mean is None or shape in VALUE_SHAPES else 1 - mean
    )
    if measured.classes is not None:
        facts["classes"] = _class_rows(measured, named)
    facts["worst_tasks"] = _worst_tasks(measured, named, shape, limit)
    return facts


def _class_rows(measured: Agreement, named: NamedVotes) -> list[dict[str, Any]]:
    by = measured.classes
    assert by is not None
    return [
        {
            "class": named.classes[k],
            "share": float(by.share[k]),
            "agreement": _finite_number(by.agreement[k]),
            "mostly_confused_with": named.classes[by.confused[k]] if by.confused[k] >= 0 else None,
            "confused_share": _finite_number(by.confused_share[k]) if by.confused[k] >= 0 else None,
        }
        for k in range(len(named.classes))
    ]


def _worst_tasks(measured: Agreement, named: NamedVotes, shape: str, limit: int) -> list[dict[str, Any]]:
    key = "mean_difference" if shape in VALUE_SHAPES else "agreement"
    rows = measured.tasks.worst(limit).tolist()
    return [
        {
            "task": named.tasks[row],
            "votes": int(measured.tasks.answers[row]),
            key: float(measured.tasks.apart[row] if shape in VALUE_SHAPES else 1 - measured.tasks.apart[row]),
        }
        for row in rows
    ]


def _finite_number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def print_agreement(facts: dict[str, Any]) -> None:
    """Print tables of the summary, the classes, and the tasks with the least agreement."""
    out.print(_summary_table(facts))
    if facts.get("classes"):
        out.print(_classes_table(facts["classes"]))
    if facts["worst_tasks"]:
        key = "mean_difference" if "mean_difference" in facts else "agreement"
        table = Table("task", "votes", key.replace("_", " "), title="least agreed tasks")
        for task in facts["worst_tasks"]:
            table.add_row(shown_name(task["task"], 80), str(task["votes"]), _share_text(task[key]))
        out.print(table)


def _summary_table(facts: dict[str, Any]) -> Table:
    table = Table("measure", "value", title="agreement")
    interval = (
        f" ({_share_text(facts['alpha_low'])} to {_share_text(facts['alpha_high'])})"
        if facts["alpha_low"]
        else ""
    )
    level = f", {facts['level']}" if facts["level"] else ""
    table.add_row(f"Krippendorff's alpha{level}: 1 perfect, 0 chance", _share_text(facts["alpha"]) + interval)
    if "mean_difference" in facts:
        table.add_row("mean difference of two answers on a task", _share_text(facts["mean_difference"]))
    else:
        table.add_row("agreement of two answers on a task", _share_text(facts["agreement_of_pairs"]))
    per = facts["votes_per_task"]
    counts = f"{facts['votes']:,}, {facts['tasks']:,}, {facts['annotators']:,}"
    table.add_row("votes, tasks, annotators", counts)
    table.add_row("votes per task: least, median, most", f"{per['least']}, {per['median']}, {per['most']}")
    table.add_row("tasks with two votes or more", f"{facts['tasks_with_two_votes']:,}")
    return table


def _classes_table(rows: list[dict[str, Any]]) -> Table:
    title = "classes by agreement, and the class that other annotators choose most often instead"
    table = Table("class", "share of votes", "agreement", "instead", title=title)
    ranked = sorted(rows, key=lambda row: (row["agreement"] is None, row["agreement"]))
    for row in ranked[:SHOWN_CLASSES]:
        other = row["mostly_confused_with"]
        mostly = "" if other is None else f"{shown_name(other)} ({_share_text(row['confused_share'])})"
        table.add_row(
            shown_name(row["class"]), _share_text(row["share"]), _share_text(row["agreement"]), mostly
        )
    if len(rows) > SHOWN_CLASSES:
        table.caption = f"{SHOWN_CLASSES} of {len(rows):,} classes; --format json has all"
    return table


def _share_text(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
