"""Announced guidelines: known at once in every role, and stored by the processes that run loops."""

from dataclasses import replace

import pytest

from adapters.gateway.gatewaykit import GUIDELINE, Gateway
from adapters.gateway.servicekit import running_gateway
from shoal_gateway.adapters.postgres.guidelines import StoredGuidelines

pytestmark = pytest.mark.servers
STORED = "SELECT project, major, minor FROM guidelines ORDER BY 1, 2, 3"


async def test_a_version_that_is_announced_often_is_stored_once(gateway: Gateway) -> None:
    """After an outage of Kafka the topic is read from its beginning again."""
    await gateway.guidelines.store_announced()
    for _ in range(3):
        gateway.guidelines.announce(replace(GUIDELINE, minor=1))
    assert await gateway.guidelines.store_announced() == 1
    assert await gateway.guidelines.store_announced() == 0
    assert await gateway.rows(STORED) == [("news", 1, 0), ("news", 1, 1)]


async def test_a_process_without_loops_keeps_no_versions_to_store(gateway: Gateway) -> None:
    guidelines = StoredGuidelines(gateway.pool, saves=False)
    guidelines.announce(replace(GUIDELINE, minor=1))
    assert await guidelines.store_announced() == 0
    assert await guidelines.current("news") == replace(GUIDELINE, minor=1)


@pytest.mark.parametrize(("role", "stored"), [("http", 0), ("worker", 1), ("all", 1)])
async def test_workers_store_what_is_announced(migrated_dsn: str, role: str, stored: int) -> None:
    async with running_gateway(migrated_dsn, role=role) as gateway:
        gateway.project("news")
        (loop,) = [loop for loop in gateway.service.loops if loop.name == "guidelines"]
        await loop.step()
        assert await gateway.count("SELECT count(*) FROM guidelines") == stored
