"""Votes by annotator and revision: the newest revision of an annotation counts, one annotation per annotator.

The state is the set of annotation revisions received. Votes are a function of that set alone, so any order,
repetition or split of the same events gives the same votes, and two books merge by union.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One revision of an annotator's answer.

    `label` is None if the annotation was deleted or the task skipped.
    """

    job: str
    annotator: str
    annotation: str
    revision: int
    at: float  # seconds since the epoch; the latest of an annotator's live annotations counts
    label: str | None = None

    @property
    def rank(self) -> tuple[int, float, bool, str]:
        """Return the sort key of revisions of one annotation; content breaks ties between equal numbers."""
        return (self.revision, self.at, self.label is None, self.label or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The answer of one annotator on one job that counts now."""

    job: str
    annotator: str
    label: str
    annotation: str
    at: float = 0.0  # seconds since the epoch


class VoteBook:
    """The newest revision of every annotation, by job and annotator."""

    def __init__(self, annotations: Iterable[Annotation] = ()) -> None:
        self._newest: dict[str, dict[str, dict[str, Annotation]]] = {}
        for annotation in annotations:
            self.apply(annotation)

    def apply(self, annotation: Annotation) -> bool:
        """Add a revision; return whether it is newer than the stored one."""
        answers = self._newest.setdefault(annotation.job, {}).setdefault(annotation.annotator, {})
        newest = answers.get(annotation.annotation)
        if newest is not None and newest.rank >= annotation.rank:
            return False
        answers[annotation.annotation] = annotation
        return True

    def annotations(self) -> Iterator[Annotation]:
        """Yield the newest revision of every annotation, tombstones included."""
        for annotators in self._newest.values():
            for answers in annotators.values():
                yield from answers.values()

    def votes(self, job: str) -> list[Vote]:
        """Return the votes of a job, at most one per annotator, sorted by annotator."""
        votes = (_counting_vote(answers.values()) for answers in self._newest.get(job, {}).values())
        return sorted((vote for vote in votes if vote is not None), key=lambda vote: vote.annotator)

    def jobs(self) -> list[str]:
        """Return every job with an annotation, sorted."""
        return sorted(self._newest)


def _counting_vote(answers: Iterable[Annotation]) -> Vote | None:
    """Return the vote of one annotator on one job: the last live answer, or None."""
    live = [answer for answer in answers if answer.label is not None]
    if not live:
        return None
    last = max(live, key=lambda answer: (answer.at, answer.revision, answer.annotation))
    assert last.label is not None
    return Vote(
        job=last.job, annotator=last.annotator, label=last.label, annotation=last.annotation, at=last.at
    )
