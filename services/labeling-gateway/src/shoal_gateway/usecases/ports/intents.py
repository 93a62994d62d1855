"""Intents of a transaction."""

from typing import Protocol

from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.jobs import Task


class Intents(Protocol):
    """Calls to make at providers."""

    async def add(self, task: Task, kind: IntentKind, *, total: int, priority: int) -> None:
        """Store an intent unless it exists."""
