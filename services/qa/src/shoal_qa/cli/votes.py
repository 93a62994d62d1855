"""Reading of votes and gold for the commands, with warnings about votes that show little."""

from pathlib import Path

from shoal.command_line.offline import print_summary, print_warning, show_progress
from shoal.files.options import ReadOptions
from shoal_qa.adapters.files.votes import Columns, Gold, VotesFile, known_answers, read_gold, read_votes
from shoal_qa.domain.votes.arrays import Ints, NamedVotes


def read_with_gold(
    votes: Path, columns: Columns, gold: Path | None, gold_columns: Columns, *, options: ReadOptions
) -> tuple[VotesFile, Ints]:
    """Return votes and the gold class of each task or UNKNOWN. Raises BadInput."""
    with show_progress("reading"):
        answers = Gold() if gold is None else read_gold(gold, gold_columns, options=options)
        file = read_votes(votes, columns, answers, print_warning, options=options)
        gold_classes = known_answers(answers, file.named, print_warning)
    summarize_votes(file, answers)
    warn_of_little(file.named)
    return file, gold_classes


def summarize_votes(file: VotesFile, *answers: Gold) -> None:
    """Print how the files of votes and of right answers were read."""
    print_summary(file.sheet, file.sheet.facts())
    for gold in answers:
        if gold.sheet is not None:
            print_summary(gold.sheet, gold.sheet.facts())


def warn_of_little(named: NamedVotes) -> None:
    """Warn if votes are too few, or too similar, to show anything."""
    if len(named.annotators) == 1:
        print_warning(f"one annotator only ({named.annotators[0]!r}): without gold no answer can be checked")
    elif (named.votes.votes_per_task() < 2).all():
        print_warning("no task has two votes: without gold no answer can be checked")
    if len(named.classes) == 1:
        print_warning(f"one class only ({named.classes[0]!r}): no answer can be wrong")
