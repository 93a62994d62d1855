"""Samples of a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol


class Samples(Protocol):
    """Samples by project and id."""

    async def erased_among(self, samples: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of the (project, sample id) pairs that were erased.

        Erasures in their projects wait until this transaction ends.
        """

    async def erase(self, samples: Collection[tuple[str, str]]) -> Sequence[str]:
        """Blank the contents of (project, sample id), store the erasure, and return the ids of their jobs.

        Waits for transactions that called erased_among in these projects, because they may add jobs.
        """
