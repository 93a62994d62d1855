"""What the use cases need from outside; adapters implement these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.contracts.samples import InferenceHalf, SampleErased
from shoal.messaging import OutgoingMessage


class KnownProjects(Protocol):
    """The projects of which this process has heard."""

    def get(self, project: str) -> object | None:
        """Return something for a project that exists."""


class Projects(Protocol):
    """Projects and keys; an event leaves with every change."""

    async def put(self, project: str, title: str | None, now: datetime) -> tuple[ProjectChanged, bool]:
        """Create a project, or change its title; return its state and whether it is new."""

    async def add_key(self, project: str, key: ApiKey, now: datetime) -> ProjectChanged | None:
        """Add a key; None when there is no such project."""

    async def remove_key(self, project: str, key_id: str, now: datetime) -> bool:
        """Remove a key; False when it was not there."""

    async def all(self) -> list[ProjectChanged]:
        """Return every project, by name."""


class Generations(Protocol):
    """The dimension of each embedding generation that producers supply: the first one sent holds."""

    async def dimensions(self, wanted: Mapping[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int]:
        """Return the dimension of each (project, name, version); the wanted one where none is known."""


class Erasures(Protocol):
    """The ledger of what must be forgotten."""

    async def add(self, event: SampleErased, message: OutgoingMessage) -> bool:
        """Keep an erasure and its event; False when it was there already."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Request and response of one inference."""

    request: InferenceHalf
    response: InferenceHalf


class Halves(Protocol):
    """Halves that wait for each other."""

    async def add(self, halves: Sequence[InferenceHalf]) -> None:
        """Keep halves; one that is known changes nothing."""

    async def pairs(self, ids: Collection[tuple[str, str, str]]) -> list[Pair]:
        """Return the complete pairs among (project, source, correlation id)."""

    async def joined(self, pairs: Sequence[Pair]) -> None:
        """Drop the payloads of pairs whose samples Kafka has; that they were joined stays known."""

    async def expire(self, before: datetime) -> int:
        """Forget halves received before; return how many never met their other half."""
