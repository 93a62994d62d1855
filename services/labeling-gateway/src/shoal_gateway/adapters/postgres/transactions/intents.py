"""Intents of a transaction, in PostgreSQL."""

from typing import Any

from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.jobs import Task
from shoal_gateway.usecases.ids import intent_id


class PostgresIntents:
    """Intents on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, task: Task, kind: IntentKind, *, total: int, priority: int) -> None:
        """Store an intent unless it exists."""
        await self._conn.execute(
            """INSERT INTO intents (intent_id, external_id, project, provider, kind, priority)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (intent_id) DO NOTHING""",
            intent_id(task.external_id, kind, total),
            task.external_id,
            task.project,
            task.provider,
            kind,
            priority,
        )
