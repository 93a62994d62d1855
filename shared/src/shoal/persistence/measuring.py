"""The state of an outbox and of a pool of connections, as metrics."""

from collections.abc import Awaitable, Callable

import asyncpg

from shoal.observability import metrics

MOST_COUNTED = 100_000
"""Counts end here, so that a full outbox is as cheap to measure as an empty one."""

_STATE = """
SELECT
    current_schema() AS schema,
    (SELECT count(*) FROM (SELECT FROM outbox WHERE refused IS NULL LIMIT $1) AS counted) AS waiting,
    (SELECT count(*) FROM (SELECT FROM outbox WHERE refused IS NOT NULL LIMIT $1) AS counted) AS refused,
    (SELECT extract(epoch FROM clock_timestamp() - added_at)::float8 FROM outbox
     WHERE refused IS NULL ORDER BY seq LIMIT 1) AS oldest_s
"""


def outbox_measure(pool: asyncpg.Pool) -> Callable[[], Awaitable[None]]:
    """Return a measure of the outbox in the pool's schema, for a service that relays it."""

    async def measure_outbox() -> None:
        row = await pool.fetchrow(_STATE, MOST_COUNTED)
        schema = row["schema"]
        metrics.OUTBOX_WAITING.labels(schema).set(row["waiting"])
        metrics.OUTBOX_SET_ASIDE.labels(schema).set(row["refused"])
        metrics.OUTBOX_OLDEST.labels(schema).set(max(0.0, row["oldest_s"] or 0.0))

    return measure_outbox


def export_pool(pool: asyncpg.Pool, schema: str) -> None:
    """Export the connections of a pool, which are counted at every scrape."""
    metrics.POOL_CONNECTIONS.labels(schema, "idle").set_function(pool.get_idle_size)
    metrics.POOL_CONNECTIONS.labels(schema, "used").set_function(
        lambda: pool.get_size() - pool.get_idle_size()
    )
    metrics.POOL_LIMIT.labels(schema).set(pool.get_max_size())
