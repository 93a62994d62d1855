"""The gold items of a transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol


class Gold(Protocol):
    """Gold items by project and sample."""

    async def add(
        self, project: str, rows: Sequence[tuple[str, str, str, dict[str, Any] | None]], now: datetime
    ) -> int:
        """Store (sample, label, job, answer) of gold items; return the number of new or changed ones.

        Changes make the project's fits due.
        """

    async def job_ids(self, project: str, major: int, sample_ids: Collection[str]) -> dict[str, str]:
        """Return the ids of the stored gold jobs of samples under a major, by sample."""
