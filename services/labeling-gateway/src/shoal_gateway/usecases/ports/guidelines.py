"""Guidelines of projects."""

from typing import Protocol

from shoal_gateway.domain.guidelines import Guideline


class Guidelines(Protocol):
    """Every announced guideline, by project and version."""

    async def current(self, project: str) -> Guideline | None:
        """Return the newest version, or None."""

    async def get(self, project: str, major: int) -> Guideline | None:
        """Return the newest version of a major number, or None."""
