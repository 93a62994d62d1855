"""The annotations of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import AnnotationSubmitted, LabelingJob
from shoal_qa.domain.votes.book import Annotation


@dataclass(frozen=True, slots=True)
class StoredAnnotation:
    """A revision of an annotation. is_review: whether it is an expert's."""

    annotation: Annotation
    is_review: bool


@dataclass(frozen=True, slots=True)
class ReceivedAnnotation:
    """An annotation's event with its record's partition and offset in `origin`, as "partition/offset"."""

    event: AnnotationSubmitted
    origin: str


class Annotations(Protocol):
    """Annotations by revision."""

    async def add(self, arrived: Sequence[ReceivedAnnotation]) -> list[tuple[str, str]]:
        """Store revisions; stored ones stay as they are, those of erased samples are left out.

        Return the project and action of each new one.
        """

    async def of_jobs(self, job_ids: Collection[str]) -> list[StoredAnnotation]:
        """Return every revision of the jobs' annotations."""

    async def parked_for(self, jobs: Sequence[LabelingJob]) -> list[ReceivedAnnotation]:
        """Lock and return the annotations that wait for these jobs, in the order of arrival."""

    async def remove(self, annotations: Sequence[ReceivedAnnotation]) -> None:
        """Remove revisions."""

    async def remove_parked(self, before: datetime, limit: int) -> list[ReceivedAnnotation]:
        """Remove and return at most `limit` annotations from before `before` whose job has not arrived."""
