"""Readers of votes and gold. Names become numbers by whole columns, without a Python loop over votes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shoal.classes.order import ordered_classes
from shoal.files.checks import Check
from shoal.files.columns import EMPTY, Coded
from shoal.files.errors import BadInput
from shoal.files.exports import VoteFields, VotesSource, open_votes
from shoal.files.exports.fields import ANNOTATOR, TASK
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.spelling import joined_names, spelling_key
from shoal.files.suspects import missing_warning
from shoal.files.tables import Table
from shoal.wording import format_count
from shoal_qa.adapters.files.sets import single_classes
from shoal_qa.adapters.files.vote_cells import label_checks, name_warnings, needs_of_gold, needs_of_votes
from shoal_qa.domain.votes.arrays import Floats, NamedVotes, VoteArrays

Warn = Callable[[str], None]
MOST_SECONDS = 1000  # of a usual vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns; None for the usual ones, and for those of a tool's export.

    seconds: how long a vote took. at: when it was given. annotators: columns of annotators in a table with
    one row for each task. shape: the kind of answers. scored: whether right answers may have scores, as
    predictions have. bounds: the least and greatest possible number.
    """

    task: str | None = None
    annotator: str | None = None
    label: str | None = None
    seconds: str | None = None
    at: str | None = None
    annotators: Sequence[str] = ()
    shape: str = "class"
    bounds: tuple[float, float] | None = None
    scored: bool = False

    @property
    def task_name(self) -> str:
        """The name of the column of tasks, also in the files that a command writes."""
        return self.task or TASK

    @property
    def annotator_name(self) -> str:
        """The name of the column of annotators, also in the files that a command writes."""
        return self.annotator or ANNOTATOR

    def fields(self, *, gold: bool = False) -> VoteFields:
        """Return what to read from a file of votes, or of right answers."""
        return VoteFields(
            task=self.task,
            annotator=self.annotator,
            label=self.label,
            shape=self.shape,
            gold=gold,
            annotators=() if gold else self.annotators,
        )

    def checks(self) -> Sequence[Check]:
        """Return the checks of the cells of labels."""
        return label_checks(self.shape, scored=self.scored, bounds=self.bounds)

    def options(self, source: VotesSource, *, gold: bool = False) -> dict[str, str]:
        """Return the option that names each column of a file, for messages."""
        prefix = "gold-" if gold else ""
        options = {source.task: f"--{prefix}task-column", source.label: f"--{prefix}label-column"}
        others = {source.annotator: "--worker-column", self.seconds: "--seconds", self.at: "--at"}
        return options if gold else options | {name: option for name, option in others.items() if name}


@dataclass(frozen=True, slots=True)
class Gold:
    """Right answers by task. sheet: the table that they come from. warnings: about answers."""

    answers: Mapping[str, str] = field(default_factory=dict)
    sheet: Table | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VotesFile:
    """The votes that count, ordered by task and annotator.

    seconds, at: (votes,), None unless the columns name them.
    """

    sheet: Table
    row: NDArray[np.int64]  # (votes,) of the file
    named: NamedVotes
    seconds: Floats | None = None
    at: Floats | None = None

    def places(self) -> Callable[[int], str]:
        """Return what names the file and line of the first vote with a label; labels may lack votes."""
        first = np.full(len(self.named.classes), -1, np.int64)
        first[self.named.votes.label[::-1]] = self.row[::-1]

        def line_of(label: int) -> str:
            row = int(first[label])
            return str(self.sheet) if row < 0 else f"{self.sheet}, {self.sheet.where(row)}"

        return line_of


def read_votes(file: Path, columns: Columns, warn: Warn, *, options: ReadOptions = PLAIN) -> VotesFile:
    """Return the votes, numbered by sorted names, classes that are all numbers in numeric order.

    Rows without a label are left out. Of several rows of one annotator on one task the last counts, by `at`
    or an export's times, if there are any. Both cases warn, as do names that look like missing values or like
    each other. Raises BadInput for a file that cannot be read, a missing column, rows that cannot be used, a
    set of classes where the shape is class, and a file without votes.
    """
    source = open_votes(file, "votes", columns.fields(), options)
    sheet, seconds, at, order = _vote_columns(source, columns)
    task, annotator = sheet.full(source.task), sheet.full(source.annotator)
    label = sheet.coded(source.label)
    label = single_classes(label, sheet) if columns.shape == "class" else label
    are_classes = columns.shape == "class"
    suspicions = name_warnings(
        source, (task, annotator, label), join=options.join_spellings, with_classes=are_classes
    )
    for suspicion in suspicions:
        warn(f"{sheet}: {suspicion}")
    if options.join_spellings:
        label = label.renamed(joined_names(label.names, label.counts())) if are_classes else label
        task = task.renamed(joined_names(task.names, task.counts()))
    label = label.in_order(ordered_classes)
    row = _labelled_rows(sheet, source.label, label, warn)
    if not len(row):
        raise BadInput(f"{sheet} has no votes: give one row for each answer of each annotator")
    row = _last_votes(sheet, (task, annotator, label), row=row, at=order, warn=warn)
    votes = VoteArrays(
        task=task.code[row],
        annotator=annotator.code[row],
        label=label.code[row],
        tasks=len(task.names),
        annotators=len(annotator.names),
        classes=len(label.names),
    )
    named = NamedVotes(votes, task.names, annotator.names, label.names)
    if seconds is not None and np.nan_to_num(np.nanmedian(seconds[row])) > MOST_SECONDS:
        warn(
            f"{sheet}: half of the votes took more than {MOST_SECONDS:,} {columns.seconds}: if these are "
            "milliseconds, divide them by 1,000"
        )
    return VotesFile(
        sheet=sheet,
        row=row,
        named=named,
        seconds=None if seconds is None else seconds[row],
        at=None if at is None else at[row],
    )


def read_gold(file: Path, columns: Columns, what: str = "gold", options: ReadOptions = PLAIN) -> Gold:
    """Return right answers by task. what: name of the file in messages.

    Raises BadInput for a file that cannot be read, one without rows, and a task with two answers or none.
    """
    source = open_votes(file, what, columns.fields(gold=True), options)
    sheet = source.file.read(
        (source.task, source.label),
        needs=needs_of_gold(source, columns.checks()),
        columns=columns.options(source, gold=True),
    )
    task, label = sheet.full(source.task), sheet.full(source.label)
    label = single_classes(label, sheet) if columns.shape == "class" else label
    if not sheet.rows:
        raise BadInput(f"{sheet} has no rows: give one row with the right answer of each gold task")
    answers: dict[str, str] = {}
    join_labels = options.join_spellings and columns.shape == "class"
    for row, (one, other) in enumerate(zip(task.code.tolist(), label.code.tolist(), strict=True)):
        name, answer = task.names[one], label.names[other]
        first = answers.setdefault(name, answer)
        if first != answer and not (join_labels and spelling_key(first) == spelling_key(answer)):
            fault = f"task {name!r} has two answers, {answers[name]!r} and {answer!r}"
            raise BadInput(f"{sheet}, {sheet.where(row)}: {fault}: give one right answer")
    noun = "classes" if columns.shape == "class" else "answers"
    missing = missing_warning(source.label, label, noun)
    return Gold(answers, sheet, () if missing is None else (f"{sheet}: {missing}",))


def _vote_columns(
    source: VotesSource, columns: Columns
) -> tuple[Table, Floats | None, Floats | None, Floats | None]:
    """Return the table, the seconds, the times, and the times that order an annotator's votes on a task."""
    seconds, at = (None if name is None else source.column(name) for name in (columns.seconds, columns.at))
    order = at or source.order
    names = (source.task, source.annotator, source.label, seconds, order)
    sheet = source.file.read(
        [name for name in names if name is not None],
        needs=needs_of_votes(source, columns.checks(), seconds=seconds, at=order),
        columns=columns.options(source),
    )
    times = None if order is None else sheet.times(order)
    return (
        sheet,
        None if seconds is None else sheet.numbers(seconds),
        None if at is None else times,
        times if times is None or at is not None else np.nan_to_num(times, nan=-np.inf),
    )


def _labelled_rows(sheet: Table, name: str, label: Coded, warn: Warn) -> NDArray[np.int64]:
    """Return the rows that have a label."""
    empty = np.flatnonzero(label.code == EMPTY)
    if len(empty):
        first = sheet.where(int(empty[0]))
        warn(f"{sheet}: left out {format_count(len(empty), 'row')} without a {name}, the first is {first}")
    return np.flatnonzero(label.code != EMPTY)


def _last_votes(
    sheet: Table,
    columns: tuple[Coded, Coded, Coded],
    *,
    row: NDArray[np.int64],
    at: Floats | None,
    warn: Warn,
) -> NDArray[np.int64]:
    """Return the rows that count, the last one of each annotator on each task, by task and annotator."""
    task, annotator, label = columns
    pair = task.code[row].astype(np.int64) * len(annotator.names) + annotator.code[row]
    order = np.argsort(pair, kind="stable") if at is None else np.lexsort((at[row], pair))
    last = np.append(pair[order[1:]] != pair[order[:-1]], True)
    if last.all():
        return np.asarray(row[order])
    again, before = row[order[1:][~last[:-1]]], row[order[:-1][~last[:-1]]]
    changed = int((label.code[again] != label.code[before]).sum())
    first = int(np.maximum(again, before).min())
    who, item = annotator.names[annotator.code[first]], task.names[task.code[first]]
    warn(
        f"{sheet}: left out {format_count(len(again), 'row')} of repeated votes ({changed} with another label); "
        f"an annotator's last vote on a task counts; the first repetition is {sheet.where(first)}, "
        f"annotator {who!r} on task {item!r}"
    )
    return np.asarray(row[order[last]])
