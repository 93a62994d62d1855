"""Configurations of providers, and the replicas' turns to poll them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shoal.contracts.ids import stable_id
from shoal.contracts.providers import ProviderEntry, ProvidersChanged
from shoal.contracts.topics import PROVIDERS_CHANGED
from shoal.messaging import encode
from shoal.persistence import Outbox
from shoal_gateway.adapters.postgres import rows
from shoal_gateway.adapters.postgres.transactions.outbox import SOURCE
from shoal_gateway.domain.providers import ProviderConfig, sends_key_elsewhere
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.usecases.refusals import missing_key

COLUMNS = (
    "project, name, kind, base_url, api_key, webhook_secret, former_webhook_secret, former_secret_until, "
    "price_per_vote, is_default"
)
GET = f"SELECT {COLUMNS} FROM providers WHERE project = $1 AND name = $2"
PUT = """
INSERT INTO providers (project, name, kind, base_url, api_key, webhook_secret, price_per_vote, is_default)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (project, name) DO UPDATE SET kind = excluded.kind, base_url = excluded.base_url,
    api_key = coalesce(excluded.api_key, providers.api_key),
    webhook_secret = coalesce(excluded.webhook_secret, providers.webhook_secret),
    former_webhook_secret = CASE WHEN excluded.webhook_secret <> providers.webhook_secret
        THEN providers.webhook_secret ELSE providers.former_webhook_secret END,
    former_secret_until = CASE WHEN excluded.webhook_secret <> providers.webhook_secret
        THEN now() + coalesce($9::interval, interval '24 hours')
        WHEN providers.former_secret_until IS NOT NULL
        THEN least(providers.former_secret_until, now() + $9::interval) END,
    price_per_vote = excluded.price_per_vote, is_default = excluded.is_default, updated_at = now()
"""
# One at a time: concurrent transactions would each add a default, and announce lists without the other's.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('gateway.default.' || $1, 0))"
UNPARK = """
WITH again AS (
    UPDATE intents SET state = 'pending', attempts = 0, next_at = now(), error = NULL
    WHERE project = $1 AND provider = $2 AND state = 'parked' RETURNING external_id, kind
), tasks_again AS (
    UPDATE tasks t SET state = 'planned', error = NULL FROM again
    WHERE t.external_id = again.external_id AND again.kind = 'upsert' AND t.state = 'parked'
)
SELECT count(*) FROM again
"""
UNPARK_WEBHOOKS = """
UPDATE webhook_inbox SET parked = false, attempts = 0, next_at = now()
WHERE project = $1 AND provider = $2 AND NOT done
"""
READ_AGAIN = """
UPDATE poll_cursors SET next_at = now() WHERE project = $1 AND provider = $2 AND failures > 0
"""
TURN = """
INSERT INTO poll_cursors AS p (project, provider, next_at, leased_until) VALUES ($1, $2, $4, $5)
ON CONFLICT (project, provider) DO UPDATE SET next_at = $4, leased_until = $5
WHERE p.next_at <= $3 AND (p.leased_until IS NULL OR p.leased_until <= $3)
RETURNING cursor, failures
"""

DUE = f"""
SELECT {COLUMNS} FROM providers p WHERE kind <> $2
  AND EXISTS (SELECT 1 FROM tasks t WHERE t.project = p.project AND t.provider = p.name)
  AND NOT EXISTS (SELECT 1 FROM poll_cursors c WHERE c.project = p.project AND c.provider = p.name
                  AND (c.next_at > $1 OR c.leased_until > $1))
"""


class PostgresConfigs:
    """Configurations; the in-house queue needs no row."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def get(self, project: str, name: str) -> ProviderConfig | None:
        """Return one configuration, or None."""
        row = await self._pool.fetchrow(GET, project, name)
        if row is not None:
            return rows.read_config(row)
        return ProviderConfig(project=project, name=IN_HOUSE, kind=IN_HOUSE) if name == IN_HOUSE else None

    async def of_project(self, project: str) -> Sequence[ProviderConfig]:
        """Return every configuration of the project, by name."""
        records = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM providers WHERE project = $1 ORDER BY name", project
        )
        return [rows.read_config(row) for row in records]

    async def put(self, config: ProviderConfig, keep_secret: timedelta | None = None) -> int:
        """Store a configuration, keeping a secret that is left out; return the number of intents to retry.

        keep_secret: how long the webhook secret before this one is still accepted; a day if this one is new.

        Raises Refused if a stored key would be sent to another address.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(ONE_AT_A_TIME, config.project)
            row = await conn.fetchrow(GET, *config.key)
            if sends_key_elsewhere(rows.read_config(row) if row else None, config):
                raise missing_key(config.name)
            if config.is_default:
                await conn.execute(
                    "UPDATE providers SET is_default = false WHERE project = $1 AND name <> $2", *config.key
                )
            await conn.execute(
                PUT,
                *config.key,
                config.kind,
                config.base_url,
                config.api_key,
                config.webhook_secret,
                config.price_per_vote,
                config.is_default,
                keep_secret,
            )
            await announce_providers(conn, config.project)
            await conn.execute(UNPARK_WEBHOOKS, *config.key)
            await conn.execute(READ_AGAIN, *config.key)
            return int(await conn.fetchval(UNPARK, *config.key))

    async def announce_all(self) -> int:
        """Announce every project's providers, also those that were configured before they were announced.

        Returns the number of projects.
        """
        rows = await self._pool.fetch("SELECT DISTINCT project FROM providers ORDER BY project")
        for row in rows:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(ONE_AT_A_TIME, row["project"])
                await announce_providers(conn, row["project"])
        return len(rows)


async def announce_providers(conn: Any, project: str) -> None:
    """Announce a project's providers with the outbox, in the connection's transaction and under its lock."""
    records = await conn.fetch(
        "SELECT name, kind, is_default FROM providers WHERE project = $1 ORDER BY name", project
    )
    now = await conn.fetchval("SELECT clock_timestamp()")  # grows in the order of the lock, unlike now()
    event = ProvidersChanged(
        project=project, providers=tuple(ProviderEntry(**dict(row)) for row in records), changed_at=now
    )
    event_id = stable_id("providers.changed", project, now.isoformat())
    message = encode(PROVIDERS_CHANGED, event, event_id=event_id, source=SOURCE, time=now)
    await Outbox().add_checked(conn, [message])


class PostgresCursors:
    """Turns to poll. A turn is a lease: it expires if the replica dies while polling."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def due(self, now: datetime) -> Sequence[ProviderConfig]:
        """Return the vendors that have had a task and that no replica polls, if their time has come."""
        return [rows.read_config(row) for row in await self._pool.fetch(DUE, now, IN_HOUSE)]

    async def claim(
        self, config: ProviderConfig, now: datetime, interval: timedelta, lease: timedelta
    ) -> tuple[bool, str | None, int]:
        """Claim a turn to poll; return whether this replica got it, the cursor, and the failures in a row."""
        row = await self._pool.fetchrow(TURN, *config.key, now, now + interval, now + lease)
        return (True, row["cursor"], row["failures"]) if row else (False, None, 0)

    async def note_failure(self, config: ProviderConfig, error: str, next_at: datetime) -> None:
        """Store why a feed could not be read, and end this replica's turn."""
        await self._pool.execute(
            """UPDATE poll_cursors SET failures = failures + 1, error = $3, next_at = $4, leased_until = NULL
               WHERE project = $1 AND provider = $2""",
            *config.key,
            error,
            next_at,
        )
