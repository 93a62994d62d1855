"""The ledger of samples in a real PostgreSQL: the first content of a sample stands."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shoal.contracts.ids import sample_id
from shoal.contracts.samples import SampleErased
from shoal.persistence import open_pool
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.adapters.samples import PostgresSampleIds

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEY = ("news", sample_id("news", "s", "1"))
OTHER = ("sports", KEY[1])


@pytest.fixture
async def pool(migrated_dsn: str) -> AsyncIterator[Any]:
    pool = await open_pool(migrated_dsn, "ingest")
    yield pool
    await pool.close()


async def test_the_ledger_of_samples(pool: Any) -> None:
    ids = PostgresSampleIds(pool)
    assert await ids.claim({KEY: b"a", OTHER: b"b"}) == {KEY: b"a", OTHER: b"b"}
    assert await ids.claim({KEY: b"b"}) == {KEY: b"a"}  # also while the first is being published
    assert await ids.confirm({KEY}) == {KEY}
    assert await ids.confirm({KEY}) == set()
    await pool.execute("UPDATE samples SET claimed_at = now() - interval '2 minutes'")
    assert await ids.claim({KEY: b"c", OTHER: b"c"}) == {KEY: b"a", OTHER: b"c"}  # OTHER was not published

    await pool.execute(
        "UPDATE samples SET digest = NULL, published = true WHERE project = 'news'"
    )  # of an earlier release
    assert await ids.claim({KEY: b"d"}) == {KEY: b"d"}
    assert await ids.confirm({KEY}) == set()

    event = SampleErased(project="news", sample_id=KEY[1], reason="", erased_at=NOON)
    await PostgresErasures(pool).add([event], [])
    assert await pool.fetchval("SELECT digest IS NULL FROM samples WHERE project = 'news'")

    keys = [("news", sample_id("news", "s", str(number))) for number in range(100, 300)]
    answers = await asyncio.gather(
        *(ids.claim(dict.fromkeys(keys if turn % 2 else keys[::-1], b"%d" % turn)) for turn in range(8))
    )
    assert all(answer == answers[0] for answer in answers)
    new = await asyncio.gather(*(ids.confirm(set(keys)) for _ in range(8)))
    assert sorted(key for part in new for key in part) == sorted(keys)
