"""Annotations of a transaction."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ports.providers import ReceivedItem


class Annotations(Protocol):
    """Annotations by provider, id and revision."""

    async def add(
        self, config: ProviderConfig, annotations: Sequence[tuple[Annotation, float]], found_by: str
    ) -> set[tuple[str, int]]:
        """Add the (annotation, price) pairs that are not stored yet, and return their keys."""

    async def refuse(self, config: ProviderConfig, refused: Iterable[tuple[ReceivedItem, str, str]]) -> None:
        """Store each (item, reason, detail) once, for operators."""

    async def recount(self, external_ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """Count each task's current answers and skips from its revisions; store and return them."""

    async def last_of(self, project: str, provider: str, annotator: str, lane: Lane) -> Annotation | None:
        """Return the annotator's newest answer or skip in a lane that was not taken back, or None."""

    async def latest(self, project: str, provider: str, annotation_id: str) -> Annotation | None:
        """Return an annotation's latest revision, or None."""
