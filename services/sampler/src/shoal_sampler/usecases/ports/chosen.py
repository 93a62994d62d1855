"""What is chosen in a project."""

from collections.abc import Collection
from typing import Protocol


class ChosenSamples(Protocol):
    """Chosen samples of a project."""

    async def hashes(self, hashes: Collection[bytes]) -> set[bytes]:
        """Return which contents are chosen already."""

    async def since(self, generation: str, seq: int, limit: int) -> tuple[int, list[tuple[str, bytes]]]:
        """Return the ids and vectors of the last `limit` samples chosen after `seq`, and the last one's seq."""
