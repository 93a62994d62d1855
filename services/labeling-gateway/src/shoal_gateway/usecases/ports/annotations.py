"""Annotations of a transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation, FoundBy
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.standings import Head, Standing
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ports.providers import ReceivedItem


@dataclass(frozen=True, slots=True)
class Judged:
    """An annotation, its price, and its standing."""

    annotation: Annotation
    price: float
    standing: Standing


class Annotations(Protocol):
    """Annotations by provider, id and revision."""

    async def stored(self, config: ProviderConfig, annotations: Sequence[Annotation]) -> Sequence[Annotation]:
        """Return the stored revisions with these keys, and the first revision of each annotation id."""

    async def full_jobs(self, job_ids: Collection[str], most: int) -> set[str]:
        """Return the jobs that have `most` revisions or more."""

    async def heads(self, job_ids: Collection[str]) -> Sequence[Head]:
        """Return the latest revisions of the annotations of these jobs' label tasks."""

    async def add(
        self, config: ProviderConfig, annotations: Sequence[Judged], found_by: FoundBy
    ) -> set[tuple[str, int]]:
        """Add annotations that are not stored yet, and return their keys."""

    async def recover(self, config: ProviderConfig, annotations: Sequence[Judged]) -> set[tuple[str, int]]:
        """Add announced annotations, and make stored surplus ones count; return the keys of both."""

    async def admit(self, external_id: str, limit: int) -> Sequence[tuple[Annotation, float]]:
        """Make at most `limit` surplus votes of a task count, earliest first; return them with prices.

        Votes of people who count in the job already stay surplus.
        """

    async def refuse(self, config: ProviderConfig, refused: Iterable[tuple[ReceivedItem, str, str]]) -> None:
        """Store each (item, reason, detail) once, for operators."""

    async def recount(self, job_ids: Collection[str]) -> None:
        """Count and store the current answers, skips and repeats of these jobs' tasks."""

    async def last_of(self, project: str, provider: str, annotator: str, lane: Lane) -> Annotation | None:
        """Return the annotator's newest answer or skip in a lane that was not taken back, or None."""

    async def latest(self, project: str, provider: str, annotation_id: str) -> Annotation | None:
        """Return an annotation's latest revision, or None."""
