"""What a command reads from a file of votes: columns that the user named, and the kind of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

TASK, ANNOTATOR, LABEL = "task", "worker", "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteFields:
    """Columns and answers to read; None stands for the usual column, or for what the export says.

    label: also the name of a question, where an export has several. shape: class, number, multi, text, spans
    or boxes. gold: read right answers, which need no annotator. annotators: columns of annotators in a table
    with one row for each task; ("all",) for all columns except the task's.
    """

    task: str | None = None
    annotator: str | None = None
    label: str | None = None
    shape: str = "class"
    gold: bool = False
    annotators: Sequence[str] = ()

    def names(self) -> list[str]:
        """Return the columns of a plain table of votes, or of gold."""
        names = [self.task or TASK, self.label or LABEL]
        return names if self.gold else [*names, self.annotator or ANNOTATOR]

    @property
    def named(self) -> bool:
        """Whether the user named every column that is read."""
        return None not in (self.task, self.label) and (self.gold or self.annotator is not None)
