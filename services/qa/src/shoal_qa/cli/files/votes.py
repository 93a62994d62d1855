"""Reading of votes and gold for the commands, with warnings about votes that show little."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoal.classes.order import classes_fact, ordered_classes
from shoal.command_line.offline import print_summary, print_warning, show_progress
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal_qa.adapters.files.answers import Answers, match_answers, with_classes_of
from shoal_qa.adapters.files.votes import Columns, Gold, VotesFile, read_gold, read_votes
from shoal_qa.domain.votes.arrays import Ints, NamedVotes

MOST_SINGLE = 50  # labels that occur once in any set of classes


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteFiles:
    """Files of votes and of right answers, the columns of both, and how to read them.

    gold: answers that the model knows from the start. truth: answers to measure accuracy by.
    """

    votes: Path
    columns: Columns
    gold: Path | None
    gold_columns: Columns
    truth: Path | None = None
    reading: ReadOptions

    def read_votes(self) -> VotesFile:
        """Return the votes. Raises BadInput."""
        return read_votes(self.votes, self.columns, print_warning, options=self.reading)

    def read_gold(self) -> Gold:
        """Return the gold answers, none without their file. Raises BadInput."""
        return self._read_answers("gold", self.gold)

    def read_truth(self) -> Gold:
        """Return the answers to measure accuracy by, none without their file. Raises BadInput."""
        return self._read_answers("truth", self.truth)

    def _read_answers(self, what: str, file: Path | None) -> Gold:
        return Gold() if file is None else read_gold(file, self.gold_columns, what, self.reading)


def read_with_gold(files: VoteFiles) -> tuple[VotesFile, Ints]:
    """Return votes and the gold class of each task or UNKNOWN. Raises BadInput."""
    with show_progress("reading"):
        right, file = files.read_gold(), files.read_votes()
    summarize_votes(file)
    refuse_texts(file)
    answers = named_as_votes(right, file, files.reading)
    file = with_classes_of(file, answers)
    warn_of_little(file.named)
    return file, answers.classes(file.named)


def vote_columns(
    task: str | None,
    annotator: str | None,
    label: str | None,
    annotators: str | None,
    *,
    bounds: tuple[float, float] | None = None,
    **others: str | None,
) -> Columns:
    """Return the columns that the user named. annotators: "ann,bob", the columns of a table by task."""
    if annotators is not None and (annotator or label):
        raise BadInput("is for tables without columns of annotators and labels", field="annotator_columns")
    names = [name.strip() for name in (annotators or "").split(",") if name.strip()]
    columns: dict[str, Any] = {name: value for name, value in others.items() if value is not None}
    return Columns(
        task=task, annotator=annotator, label=label, annotators=tuple(names), bounds=bounds, **columns
    )


def right_columns(columns: Columns, task: str | None, label: str | None) -> Columns:
    """Return the columns of right answers: those that the user named, otherwise those of the votes."""
    return Columns(task=task or columns.task, label=label or columns.label, shape=columns.shape)


def named_as_votes(gold: Gold, votes: VotesFile, options: ReadOptions, what: str = "gold") -> Answers:
    """Return right answers in the names of the votes, and print how their file was read. Raises BadInput."""
    answers = match_answers(gold, votes, print_warning, what=what, join=options.join_spellings)
    if gold.sheet is not None:
        names = ordered_classes(set(answers.answers.values()))
        print_summary(gold.sheet, [*gold.sheet.facts(), classes_fact(names, ""), *answers.facts])
    return answers


def summarize_votes(file: VotesFile, *, with_classes: bool = True) -> None:
    """Print how the file of votes was read."""
    classes = classes_fact(file.named.classes, "") if with_classes else ""
    print_summary(file.sheet, [*file.sheet.facts(), classes])


def refuse_texts(file: VotesFile) -> None:
    """Raise BadInput if most votes have a label that occurs once, as ids and free text do."""
    once = count_single_labels(file.named)
    if once is not None:
        raise BadInput(
            f"{file.sheet}: {once:,} of {len(file.named.votes):,} votes have a label that nobody else gave, as ids "
            "and free text do: name the column of classes with --label-column"
        )


def count_single_labels(named: NamedVotes) -> int | None:
    """Return the number of votes whose label occurs once; None unless they are many and most."""
    once = int((np.bincount(named.votes.label, minlength=1) == 1).sum())
    return once if once > max(MOST_SINGLE, len(named.votes) / 2) else None


def warn_of_few(named: NamedVotes) -> None:
    """Warn if no answer can be compared with another one."""
    if len(named.annotators) == 1:
        print_warning(f"one annotator only ({named.annotators[0]!r}): without gold no answer can be checked")
    elif (named.votes.votes_per_task() < 2).all():
        print_warning("no task has two votes: without gold no answer can be checked")


def warn_of_little(named: NamedVotes) -> None:
    """Warn if votes are too few, or too similar, to show anything."""
    warn_of_few(named)
    if len(named.classes) == 1:
        print_warning(f"one class only ({named.classes[0]!r}): no answer can be wrong")
