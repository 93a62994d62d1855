"""Transactions over every table."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_qa.adapters.files.fits import load_fit
from shoal_qa.adapters.postgres.annotations import Annotations
from shoal_qa.adapters.postgres.fits import FitCache
from shoal_qa.adapters.postgres.jobs import Jobs
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.usecases.ports import LabelRow, Major
from shoal_qa.usecases.rules import Rule

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
CLASSES = """
SELECT document -> 'label_schema' -> 'classes' AS classes FROM guidelines
WHERE project = $1 AND major = $2 ORDER BY minor DESC LIMIT 1
"""


class PostgresTransaction(Jobs, Annotations):
    """One transaction on one connection."""

    def __init__(self, conn: Any, outbox: Outbox, fits: FitCache) -> None:
        self.conn = conn
        self._outbox = outbox
        self._fits = fits

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Have messages leave with this transaction."""
        await self._outbox.add(self.conn, messages)

    async def lock_projects(self, projects: Collection[str]) -> None:
        """Take the projects' locks in one order. They make seq numbers appear in the order of commits."""
        for project in sorted(set(projects)):
            await self.conn.execute(LOCK, f"qa.arrivals.{project}")

    async def add_labels(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """Keep revisions of labels; in the order of commits, because readers go on from the last seq they saw."""
        for project in sorted({row.project for row in rows}):
            await self.conn.execute(LOCK, f"qa.labels.{project}")
        await super().add_labels(rows, now)

    async def rule(self, project: str) -> Rule:
        """Return the project's rule, or the default."""
        body = await self.conn.fetchval("SELECT body FROM rules WHERE project = $1", project)
        return Rule() if body is None else Rule.model_validate(body)

    async def classes(self, key: Major) -> list[str] | None:
        """Return the classes of a guideline's major, in the guideline's order."""
        found = await self.conn.fetchval(CLASSES, *key)
        return None if found is None else [each["name"] for each in found]

    async def blocked(self, project: str) -> set[str]:
        """Return the annotators whose votes have no weight."""
        rows = await self.conn.fetch(
            "SELECT annotator FROM annotators WHERE project = $1 AND state = 'blocked'", project
        )
        return {row["annotator"] for row in rows}

    async def fit(self, key: Major) -> ProjectFit | None:
        """Return the latest fit; read again only when it has another number."""
        number = await self.conn.fetchval("SELECT number FROM fits WHERE project = $1 AND major = $2", *key)
        if number is None:
            return None
        if self._fits.number(key) != number:
            body = await self.conn.fetchval("SELECT body FROM fits WHERE project = $1 AND major = $2", *key)
            fit = await asyncio.to_thread(load_fit, body)
            self._fits.put(key, number, fit)
            return fit
        return self._fits.get(key)


class PostgresDatabase:
    """Transactions from a pool."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()
        self._fits = FitCache()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Commit when the block ends, roll back when it raises."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield PostgresTransaction(conn, self._outbox, self._fits)
