"""Guidelines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from shoal.contracts.quality import GuidelinePublished


class Guidelines(Protocol):
    """Guidelines by project, announced when they are published."""

    async def publish(
        self, project: str, document: Mapping[str, Any], now: datetime
    ) -> tuple[GuidelinePublished, bool]:
        """Store the next version, unless it equals the latest; return it and whether it is new."""

    async def all(self, project: str) -> list[GuidelinePublished]:
        """Return every version, oldest first."""
