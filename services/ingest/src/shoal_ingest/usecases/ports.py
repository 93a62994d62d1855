"""The ports of the use cases, which adapters implement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.contracts.samples import ContentKind, Cropping, InferenceHalf, SampleErased
from shoal.messaging import OutgoingMessage


class KnownProject(Protocol):
    """What ingest needs to know of a project."""

    @property
    def encoders(self) -> Mapping[ContentKind, str | None]:
        """Return the encoders that the project chose, by kind of content."""

    @property
    def cropping(self) -> Cropping | None:
        """Return how predicted boxes become crops; None if they do not."""


class ProjectLookup(Protocol):
    """The projects that were announced to this process."""

    def get(self, project: str) -> KnownProject | None:
        """Return the project; None if it does not exist."""

    async def find(self, project: str) -> KnownProject | None:
        """Return the project; wait for one that was created just now."""


class Projects(Protocol):
    """Projects and keys; every change publishes an event."""

    async def put(
        self, project: str, changes: Mapping[str, Any], now: datetime
    ) -> tuple[ProjectChanged, bool]:
        """Create a project, or change the fields in `changes`; return its state and whether it is new."""

    async def add_key(self, project: str, key: ApiKey, now: datetime) -> ProjectChanged | None:
        """Add a key; return None if the project does not exist."""

    async def remove_key(self, project: str, key_id: str, now: datetime) -> ProjectChanged | None:
        """Remove a key; return None if it did not exist."""

    async def all(self) -> list[ProjectChanged]:
        """Return every project, by name."""

    async def changes(self, since: datetime) -> list[ProjectChanged]:
        """Return the projects that changed since a time."""


class Generations(Protocol):
    """The dimension of every embedding generation of producers; the first vector fixes it."""

    async def dimensions(
        self, proposed: Mapping[tuple[str, str, str], int]
    ) -> dict[tuple[str, str, str], int]:
        """Return the dimension of every (project, name, version); a new key gets the proposed dimension."""


SampleKey = tuple[str, str]
"""Project and sample id."""


class SampleIds(Protocol):
    """The ids of all ingested samples, with the digests of their contents."""

    async def claim(self, digests: Mapping[SampleKey, bytes]) -> Mapping[SampleKey, bytes] | None:
        """Store the digests of new samples; return the digest that stands for every sample.

        Returns None while the store is unavailable.
        """

    async def confirm(self, keys: Collection[SampleKey]) -> set[SampleKey]:
        """Store that Kafka has samples; return the new ones, or all while the store is unavailable."""

    async def among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to ingested samples of the project."""


class Erasures(Protocol):
    """The ledger of erased samples."""

    async def add(self, events: Sequence[SampleErased], messages: Sequence[OutgoingMessage]) -> set[str]:
        """Store erasures and their events; return the ids of samples that were not erased before."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The request and the response of one inference."""

    request: InferenceHalf
    response: InferenceHalf


class Halves(Protocol):
    """Halves that wait for their other half."""

    async def add(self, halves: Sequence[InferenceHalf]) -> None:
        """Store halves; a repeated one replaces a refused one and otherwise changes nothing."""

    async def pairs(self, ids: Collection[tuple[str, str, str]]) -> list[Pair]:
        """Return the complete pairs among (project, source, correlation id)."""

    async def refused(self, pairs: Sequence[Pair]) -> None:
        """Mark pairs as refused; their payloads stay until they expire."""

    async def joined(self, pairs: Sequence[Pair]) -> None:
        """Delete the payloads of pairs whose samples Kafka has, and mark the pairs as joined."""

    async def expire(self, before: datetime) -> int:
        """Delete halves received before a time; return how many never had another half."""
