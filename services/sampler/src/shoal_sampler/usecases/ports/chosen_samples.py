"""Samples that are already chosen in a project."""

from collections.abc import Collection
from typing import Protocol


class ChosenSamples(Protocol):
    """Chosen samples of a project."""

    async def hashes(self, hashes: Collection[bytes]) -> set[bytes]:
        """Return which of the content hashes belong to chosen samples."""

    async def since(self, generation: str, seq: int, limit: int) -> tuple[int, list[tuple[str, bytes]]]:
        """Return the last seq, and ids and vectors of the last `limit` samples chosen after `seq`."""
