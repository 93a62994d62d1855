"""The schema of a service: its migrations, and whether PostgreSQL has them at present."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from shoal.messaging.errors import Transient, outages_of
from shoal.outages import error_text
from shoal.persistence.migrate import CONNECT_S, migrate
from shoal.persistence.migrations import known_migrations
from shoal.runtime.dependencies import PARTS, Dependency, Part

Mode = Literal["start", "wait"]
ANSWER_S = 2.0
"""Longest wait of a check for PostgreSQL's answer, in seconds."""
_APPLIED = "SELECT name, sha256 FROM schema_migrations"


@dataclass(frozen=True, slots=True)
class Schema:
    """A PostgreSQL schema with an outbox, and the package that holds its `migrations/NNNN_*.sql`."""

    name: str
    package: str

    async def migrate(self, dsn: str) -> list[str]:
        """Bring the schema up to date; return the names of the migrations that were applied."""
        return await migrate(dsn, schema=self.name, package=self.package, outbox=True)

    async def fault(self, conn: Any) -> str:
        """Return why the schema is too old for this version of the service, or an empty text.

        A schema with more migrations is newer, and serves this version too: migrations only add.
        """
        try:
            rows = await conn.fetch(_APPLIED)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            rows = []
        applied = {row["name"]: row["sha256"] for row in rows}
        migrations = known_migrations(self.package, outbox=True)
        if missing := [item.name for item in migrations if item.name not in applied]:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            return f"the schema {self.name} lacks migration {missing[0]}{more}; apply it with `shoal migrate`"
        if edited := [item.name for item in migrations if applied[item.name] != item.sha256]:
            return f"the schema {self.name} has a migration {edited[0]} that this version does not know"
        return ""


async def prepare_schema(dsn: str, schema: Schema, mode: Mode) -> None:
    """Apply the migrations in the mode `start`; otherwise check that somebody has applied them.

    Raises Transient while PostgreSQL is unavailable or the schema is too old.
    """
    with outages_of("PostgreSQL"):
        if mode == "start":
            await schema.migrate(dsn)
            return
        check = SchemaCheck(dsn, schema)
        try:
            async with asyncio.timeout(CONNECT_S):
                fault = await check.ask()
        finally:
            check.close()
    if fault:
        raise Transient(fault)


def postgres_dependency(dsn: str, schema: Schema, needed_by: frozenset[Part] = PARTS) -> Dependency:
    """Return PostgreSQL as a dependency: it has to answer, with every migration that this version knows."""
    check = SchemaCheck(dsn, schema)
    return Dependency(name="postgres", ask=check, close=check.close, needed_by=needed_by)


class SchemaCheck:
    """Asks PostgreSQL for the applied migrations, over a connection of its own: a busy pool is no outage."""

    def __init__(self, dsn: str, schema: Schema) -> None:
        self._dsn = dsn
        self._schema = schema
        self._conn: asyncpg.Connection | None = None

    async def __call__(self) -> str:
        """Return why the service cannot work with PostgreSQL at present, or an empty text."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self.ask()
        except Exception as error:
            self.close()
            return f"PostgreSQL does not answer: {error_text(error)}"[:200]

    async def ask(self) -> str:
        """Return why the schema is too old, or an empty text. Raises asyncpg's errors."""
        if self._conn is None or self._conn.is_closed():
            self._conn = await asyncpg.connect(
                self._dsn,
                server_settings={
                    "search_path": self._schema.name,
                    "application_name": f"shoal-{self._schema.name}-check",
                },
            )
        return await self._schema.fault(self._conn)

    def close(self) -> None:
        """Give the connection up without waiting for PostgreSQL."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None
