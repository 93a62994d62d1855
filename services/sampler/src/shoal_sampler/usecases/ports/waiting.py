"""Samples of a project that wait for their window to close."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.samples import SampleEmbedded


@dataclass(frozen=True, slots=True)
class Queue:
    """The samples of one project that wait for their window to close."""

    count: int
    oldest: datetime | None


class Waiting(Protocol):
    """Waiting samples, oldest first."""

    async def summary(self) -> Queue:
        """Return how many samples wait, and since when."""

    async def count_before(self, moment: datetime) -> int:
        """Return how many of the samples arrived at `moment` or before."""

    async def oldest(self, limit: int) -> list[SampleEmbedded]:
        """Return the oldest waiting samples: at most `limit`, and fewer of very large ones."""

    async def drop(self, sample_ids: Collection[str]) -> None:
        """Remove samples from the waiting ones."""
