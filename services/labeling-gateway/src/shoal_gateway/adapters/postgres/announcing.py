"""Announce providers again, from the database."""

from typing import Any

from shoal.contracts.topics import PROVIDERS_CHANGED
from shoal.persistence.announcing import Announced
from shoal_gateway.adapters.postgres.configs import PostgresConfigs


async def announce_projects(pool: Any) -> int:
    """Announce the providers of every project; return the number of projects."""
    return await PostgresConfigs(pool).announce_all()


ANNOUNCED = Announced(
    "gateway",
    {PROVIDERS_CHANGED.name: announce_projects},
)
