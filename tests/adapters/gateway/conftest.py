"""A gateway on a separate database."""

from collections.abc import AsyncIterator

import pytest

from adapters.gateway.gatewaykit import CROWD, Clock, Crowd, Gateway
from shoal.persistence import open_pool


@pytest.fixture
def crowd() -> Crowd:
    """Return the vendor of the test."""
    return Crowd()


@pytest.fixture
async def gateway(migrated_dsn: str, crowd: Crowd) -> AsyncIterator[Gateway]:
    """Yield the gateway, with the crowd as its project's default provider."""
    pool, lookups = await open_pool(migrated_dsn, "gateway"), await open_pool(migrated_dsn, "gateway")
    made = Gateway(pool, lookups, Clock(), crowd)
    await made.configs.put(CROWD)
    yield made
    await pool.close()
    await lookups.close()
