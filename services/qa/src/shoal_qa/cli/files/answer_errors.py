"""`shoal qa label-errors --shape`: errors of labels that are not single classes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table as Shown

from shoal.classes.matching import match_names, refuse_strangers
from shoal.command_line.console import out, shown_name
from shoal.command_line.offline import print_summary, print_warning, show_progress
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal.files.writing import write_table
from shoal.wording import format_count
from shoal_qa.adapters.files.answers import match_tasks
from shoal_qa.adapters.files.votes import Columns, Gold, read_gold, read_votes
from shoal_qa.cli.files.votes import summarize_votes
from shoal_qa.usecases.files.answers.errors import (
    AnswerErrors,
    file_errors_by_predictions,
    file_errors_by_votes,
)
from shoal_qa.usecases.files.texts.candidates import check_right_answers
from shoal_qa.usecases.files.texts.written_classes import Spelling
from shoal_qa.usecases.label_errors.doubts import wrong_tasks

SHOWN = 10
WITHOUT_GOLD = (
    "the number of errors is rough: labels and what they are compared with do not show which of the two is "
    "wrong; check some 150 labels drawn at random and give the right answers as --gold"
)
MOST_SHOWN = 60  # characters of a cell on the screen


def list_answer_errors(
    labels: Path,
    output: Path,
    *,
    votes: Path | None,
    predictions: Path | None,
    gold: Path | None,
    columns: Columns,
    options: ReadOptions,
) -> int:
    """Write and print the errors of a file's labels; return the number of labels that were judged.

    columns: of all files; their shape is that of the labels. Raises BadInput.
    """
    with show_progress("reading"):
        read = read_gold(labels, columns, "labels", options)
    if read.sheet is not None:
        print_summary(read.sheet, read.sheet.facts())
    checked = _read_checked(read, gold, columns, options)
    if votes is not None and predictions is None:
        errors = _judge_by_votes(read, votes, checked, columns=columns, options=options)
    elif predictions is not None and votes is None:
        errors = _judge_by_predictions(read, predictions, checked, columns=columns, options=options)
    else:
        raise BadInput(
            "give --votes of other people, or --predictions of a model that did not see the labels"
        )
    if not errors.checked:
        print_warning(WITHOUT_GOLD)
    _write_errors(output, errors, task_column=columns.task_name)
    print_answer_errors(errors)
    return errors.judged


def _read_checked(labels: Gold, gold: Path | None, columns: Columns, options: ReadOptions) -> Gold:
    """Return the right answers of labels that were checked. Raises BadInput if none is labelled."""
    if gold is None:
        return Gold()
    with show_progress("reading"):
        read = read_gold(gold, columns, "gold", options)
    if read.sheet is not None:
        print_summary(read.sheet, read.sheet.facts())
    return replace(read, answers=_answers_of_labels(labels, read, what="gold", join=options.join_spellings))


def _judge_by_votes(
    labels: Gold, votes: Path, checked: Gold, *, columns: Columns, options: ReadOptions
) -> AnswerErrors:
    with show_progress("reading"):
        file = read_votes(votes, columns, print_warning, options=options)
    summarize_votes(file, with_classes=False)
    answers = match_tasks(labels, file, print_warning, what="labels", join=options.join_spellings)
    check_right_answers(columns.shape, file.named, answers, str(labels.sheet))
    right = {task: text for task, text in checked.answers.items() if task in answers}
    places = [_place_of(labels, task) for task in answers]
    ends, line_of = [_place_of(checked, task) for task in right], file.places()
    voted = len(file.named.classes)

    def where(at: int) -> str:
        before = at - len(places)
        return places[at] if before < 0 else line_of(before) if before < voted else ends[before - voted]

    with show_progress("judging labels"):
        return file_errors_by_votes(
            columns.shape,
            answers,
            file.named,
            where=where,
            bounds=columns.bounds,
            spelling=_spelling_of(options),
            gold=right,
        )


def _judge_by_predictions(
    labels: Gold, predictions: Path, checked: Gold, *, columns: Columns, options: ReadOptions
) -> AnswerErrors:
    with show_progress("reading"):
        read = read_gold(predictions, replace(columns, scored=True), "predictions", options)
    if read.sheet is not None:
        print_summary(read.sheet, read.sheet.facts())
    by_task = _answers_of_labels(labels, read, what="predictions", join=options.join_spellings)
    if len(by_task) < len(labels.answers):
        count = f"{len(labels.answers) - len(by_task):,} of {format_count(len(labels.answers), 'label')}"
        print_warning(f"{labels.sheet}: {count} have no prediction and are not judged")
    files = ((labels, labels.answers), (read, by_task), (checked, checked.answers))
    places = [_place_of(file, task) for file, tasks in files for task in tasks]

    with show_progress("judging labels"):
        return file_errors_by_predictions(
            columns.shape,
            labels.answers,
            by_task,
            where=places.__getitem__,
            bounds=columns.bounds,
            spelling=_spelling_of(options),
            gold=checked.answers,
        )


def _answers_of_labels(labels: Gold, file: Gold, *, what: str, join: bool) -> dict[str, str]:
    """Return the answers of a file on labelled tasks. Raises BadInput if there is none."""
    match = match_names(file.answers, labels.answers, join=join)
    refuse_strangers(match, str(file.sheet), here=what, there="the labels", noun="tasks")
    missing = set(match.missing)
    return {match.joined.get(task, task): text for task, text in file.answers.items() if task not in missing}


def _spelling_of(options: ReadOptions) -> Spelling:
    return Spelling(join=options.join_spellings, warn=print_warning)


def _place_of(file: Gold, task: str) -> str:
    return f"{file.sheet}, task {task!r}"


def _write_errors(file: Path, errors: AnswerErrors, *, task_column: str) -> None:
    """Write one row for each object, class or answer of a label, and for what it may lack."""
    doubts = errors.doubts
    columns: dict[str, Any] = {
        task_column: [errors.tasks[doubt.task] for doubt in doubts],
        "object": ["" if doubt.part is None else str(doubt.part) for doubt in doubts],
        "error": [doubt.error for doubt in doubts],
        "label": [errors.text_of(doubt, doubt.label) for doubt in doubts],
        "suggestion": [errors.text_of(doubt, doubt.suggestion) for doubt in doubts],
        "wrong": [float(f"{doubt.wrong:.4g}") for doubt in doubts],
    }
    write_table(file, columns)


def print_answer_errors(errors: AnswerErrors) -> None:
    """Print the expected number of errors of each kind, and the most probable ones of unchecked labels."""
    table = Shown("task", "error", "label", "suggestion", "probability of being wrong")
    unchecked = [doubt for doubt in errors.doubts if doubt.task not in errors.checked]
    for doubt in unchecked[:SHOWN]:
        texts = [errors.text_of(doubt, part) for part in (doubt.label, doubt.suggestion)]
        shown = [shown_name(text, MOST_SHOWN) for text in (errors.tasks[doubt.task], doubt.error, *texts)]
        table.add_row(*shown, f"{doubt.wrong:.3f}")
    likely = int((wrong_tasks(errors.doubts, len(errors.tasks)) > 0.5).sum())
    table.title = (
        f"{format_count(errors.judged, 'label')} judged, {likely:,} more likely wrong than not; "
        f"{', '.join(_counts_in_words(errors))}"
    )
    if errors.checked:
        table.caption = (
            f"calibrated on {format_count(len(errors.checked), 'checked label')}; labels lack about "
            f"{errors.unseen:,.0f} parts more than the list has"
        )
    out.print(table)


def _counts_in_words(errors: AnswerErrors) -> Sequence[str]:
    counts: dict[str, float] = defaultdict(float)
    for doubt in errors.doubts:
        counts[doubt.error] += doubt.wrong
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    return [f"about {count:,.0f} {name}" for name, count in ranked] or ["nothing to judge"]
