"""Texts of a file that are no answers of its shape."""

from collections.abc import Callable, Sequence

from shoal.files.errors import BadInput
from shoal_qa.usecases.files.texts.scored_answers import split_scores
from shoal_qa.usecases.files.texts.written import UnreadableAnswer
from shoal_qa.usecases.files.texts.written_answers import Bounds, read_written


def unreadable_answers(
    shape: str, texts: Sequence[str], *, scored: bool = False, bounds: Bounds = None
) -> dict[int, UnreadableAnswer]:
    """Return why texts are no answers of a shape, by their index.

    scored: whether they may have scores. bounds: of numbers and ratings.
    """

    def read(some: Sequence[str]) -> None:
        plain = split_scores(shape, some, str)[0] if scored else some
        read_written(shape, plain, lambda _: "", bounds=bounds)

    return _faults_of(read, texts, 0) if texts else {}


def _faults_of(
    read: Callable[[Sequence[str]], None], texts: Sequence[str], first: int
) -> dict[int, UnreadableAnswer]:
    """Return the faults of some texts, the first of which has an index; halves without a fault read fast."""
    try:
        read(texts)
    except UnreadableAnswer as error:
        if len(texts) == 1:
            return {first: error}
        half = len(texts) // 2
        return _faults_of(read, texts[:half], first) | _faults_of(read, texts[half:], first + half)
    except BadInput:  # of all texts together, such as too many classes
        return {}
    return {}
