"""PostgreSQL is killed under a pool: what follows is an outage, and passes."""

import asyncio
from collections.abc import Iterator

import pytest

from shoal.messaging.errors import is_transient
from shoal.persistence import open_pool
from shoal_local.servers.postgres import PostgresServer
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    monkeypatch.delenv("SHOAL_POSTGRES_DSN", raising=False)
    with Stack(servers=frozenset({"postgres"})) as stack:
        postgres = stack.servers["postgres"]
        assert isinstance(postgres, PostgresServer)
        yield postgres


async def test_a_killed_server_is_an_outage_until_it_is_back(server: PostgresServer) -> None:
    pool = await open_pool(server.dsn, "public", min_size=2)
    running = asyncio.create_task(pool.fetchval("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.5)
    server.child.kill()
    errors: list[BaseException] = []
    try:
        await running
    except Exception as error:
        errors.append(error)
    for _ in range(4):
        try:
            await pool.fetchval("SELECT 1")
        except Exception as error:
            errors.append(error)
    assert len(errors) == 5
    assert all(is_transient(error) for error in errors), errors
    await asyncio.to_thread(server.start)
    assert await pool.fetchval("SELECT 1") == 1
    pool.terminate()
