"""Annotations of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import AnnotationSubmitted
from shoal_qa.domain.votes.book import Annotation


@dataclass(frozen=True, slots=True)
class StoredAnnotation:
    """A revision of an annotation, and whether an expert gave it."""

    annotation: Annotation
    is_review: bool


@dataclass(frozen=True, slots=True)
class ReceivedAnnotation:
    """An annotation's event and where it came from."""

    event: AnnotationSubmitted
    origin: str


class Annotations(Protocol):
    """Annotations by revision."""

    async def add(self, arrived: Sequence[ReceivedAnnotation]) -> None:
        """Keep revisions; a stored one changes nothing. Those of erased samples are left out."""

    async def of_jobs(self, job_ids: Collection[str]) -> list[StoredAnnotation]:
        """Return every revision of the jobs' annotations."""

    async def remove_parked(self, before: datetime, limit: int) -> list[ReceivedAnnotation]:
        """Remove and return annotations received before, whose job never came."""
