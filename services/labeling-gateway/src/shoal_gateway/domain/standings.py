"""Which answers of a job count: one per person, and no more than were requested."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shoal_gateway.domain.annotations import Annotation


class Standing(StrEnum):
    """COUNTS: counted and paid. REPEATS: of a person whose vote counts already. SURPLUS: not requested."""

    COUNTS = "counts"
    REPEATS = "repeats"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The latest revision of one annotation of a job's label tasks."""

    job_id: str
    external_id: str
    annotation_id: str
    annotator: str
    is_vote: bool
    surplus: bool

    @property
    def counts(self) -> bool:
        """Return whether this is a counted vote."""
        return self.is_vote and not self.surplus


class Standings:
    """The heads of some jobs' annotations; `judge` adds a new revision and returns its standing."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = {(head.external_id, head.annotation_id): head for head in heads}

    def is_edit(self, item: Annotation) -> bool:
        """Return whether an earlier revision of the annotation counts, and is paid."""
        previous = self._heads.get((item.external_id, item.annotation_id))
        return previous is not None and previous.counts

    def judge(self, item: Annotation, job_id: str, *, votes: int, most: int) -> Standing:
        """Return the standing of a new revision. `votes`: wanted of its task; `most`: votes of the job."""
        key = (item.external_id, item.annotation_id)
        others = [head for other, head in self._heads.items() if head.job_id == job_id and other != key]
        standing = _standing_of(
            item, self._heads.get(key), others, is_full=_is_full(item, others, votes, most)
        )
        self._heads[key] = Head(
            job_id=job_id,
            external_id=item.external_id,
            annotation_id=item.annotation_id,
            annotator=item.annotator,
            is_vote=item.is_vote,
            surplus=standing is Standing.SURPLUS,
        )
        return standing


def _standing_of(item: Annotation, previous: Head | None, others: list[Head], *, is_full: bool) -> Standing:
    if any(head.counts and head.annotator == item.annotator for head in others):
        return Standing.REPEATS
    if previous is not None and not item.is_vote:
        return Standing.SURPLUS if previous.surplus else Standing.COUNTS
    is_counted = previous is not None and previous.counts
    return Standing.SURPLUS if is_full and not is_counted else Standing.COUNTS


def _is_full(item: Annotation, others: list[Head], votes: int, most: int) -> bool:
    counted = [head for head in others if head.counts]
    of_task = {head.annotator for head in counted if head.external_id == item.external_id}
    return len(of_task) >= votes or len({head.annotator for head in counted}) >= most
