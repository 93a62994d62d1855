"""The gold items of a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Gold(Protocol):
    """Gold items by project and sample."""

    async def add(self, project: str, rows: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Store (sample, label, job) of gold items; return the number of new or changed ones.

        Changes make the project's fits due.
        """
