"""Samples of a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shoal_qa.usecases.ports.jobs import KeptJob


class Samples(Protocol):
    """Samples by project and id."""

    async def erase(self, project: str, sample_ids: Collection[str]) -> list[KeptJob]:
        """Forget contents and votes of samples; return their jobs as they were, locked."""

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Keep (project, sample, probability) of chosen samples; a stored one stays."""
