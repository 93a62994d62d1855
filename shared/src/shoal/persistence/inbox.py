"""The inbox: which events' effects are done (for effects that are not idempotent by themselves)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any


async def claim(conn: Any, consumer: str, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that `consumer` has not seen, and mark them seen.

    In the same transaction as the effect: who rolls back has seen nothing. A second transaction that claims
    the same id waits for the first one's end.
    """
    rows = await conn.fetch(
        """INSERT INTO inbox (consumer, event_id)
           SELECT $1, id FROM unnest($2::text[]) AS id ORDER BY id
           ON CONFLICT DO NOTHING RETURNING event_id""",
        consumer,
        sorted(set(ids)),
    )
    return {row["event_id"] for row in rows}


async def prune(conn: Any, older_than: timedelta) -> int:
    """Forget events older than any topic's retention (they cannot come again); return how many."""
    status: str = await conn.execute("DELETE FROM inbox WHERE seen_at < now() - $1::interval", older_than)
    return int(status.split()[-1])
