"""What the readers of written answers return."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelClass, LabelSchema
from shoal.files.errors import BadInput

Where = Callable[[int], str]
"""Returns the file and line of the text with a number."""


MOST_CLASSES = 10_000
MOST_SHOWN = 60  # characters of a text in a message


class UnreadableAnswer(BadInput):
    """A text that is no answer of its shape. detail: what is wrong with it."""

    def __init__(self, where: str, detail: str, fix: str) -> None:
        super().__init__(f"{where}: {detail}: {fix}")
        self.detail, self.fix = detail, fix


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAnswers:
    """The different answers of a file.

    write: returns an answer in the file's form. open_ends: the schema's range of numbers is that of the file
    alone, so that right numbers may lie beyond it.
    """

    schema: LabelSchema
    answers: Sequence[Answer]
    write: Callable[[Answer], str]
    open_ends: bool = False


def shown_text(text: str) -> str:
    """Return a text in quotes, cut to MOST_SHOWN characters."""
    return repr(text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…")


def classes_named(names: Iterable[str]) -> tuple[LabelClass, ...]:
    """Return classes with these names, sorted; at least one, as a label schema needs. Raises BadInput."""
    names = set(names)
    if len(names) > MOST_CLASSES:
        raise BadInput(f"the answers name {len(names):,} classes, more than {MOST_CLASSES:,}: name fewer")
    return tuple(LabelClass(name=name) for name in sorted(names) or ["none"])
