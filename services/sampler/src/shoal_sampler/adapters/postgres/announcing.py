"""Announce campaigns again, from the database."""

from typing import Any

from shoal.contracts.selections import CampaignChanged
from shoal.contracts.topics import CAMPAIGNS_CHANGED
from shoal.persistence import Outbox
from shoal.persistence.announcing import Announced
from shoal_sampler.adapters.postgres.samples import LOCK, lock_name
from shoal_sampler.usecases.publishing import campaign_message


async def announce_campaigns(pool: Any) -> int:
    """Announce every campaign; one that changes meanwhile is announced after its change."""
    rows = await pool.fetch("SELECT campaign_id, project FROM campaigns ORDER BY created_at, campaign_id")
    for row in rows:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(LOCK, lock_name(row["project"]))
            definition = await conn.fetchval(
                "SELECT definition FROM campaigns WHERE campaign_id = $1", row["campaign_id"]
            )
            await Outbox().add(conn, [campaign_message(CampaignChanged.model_validate(definition))])
    return len(rows)


ANNOUNCED = Announced(
    "sampler",
    {CAMPAIGNS_CHANGED.name: announce_campaigns},
)
