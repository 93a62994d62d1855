"""Migrations, outbox and relay on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import resources
from typing import Any

import pytest

from publishingkit import FakePublisher
from shoal.messaging import MessageTooLarge, OutgoingMessage, PublishFailed
from shoal.persistence import MigrationChanged, Outbox, Relay, migrate, open_pool

pytestmark = pytest.mark.servers


@pytest.fixture
async def pool(postgres_dsn: str) -> AsyncIterator[Any]:
    await migrate(postgres_dsn, schema="try", package="shoal_ingest", outbox=True)
    opened = await open_pool(postgres_dsn, "try")
    yield opened
    await opened.close()


def message(number: int) -> OutgoingMessage:
    return OutgoingMessage("topic", f"k{number}".encode(), f"v{number}".encode(), (("ce_id", b"\xff\x00"),))


async def add(pool: Any, *numbers: int) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await Outbox().add(conn, [message(number) for number in numbers])


async def until(holds: Any) -> None:
    async with asyncio.timeout(120):
        while not await holds():
            await asyncio.sleep(0.02)


async def relayed(pool: Any, publisher: Any, *, empty: bool = True) -> None:
    """Run a relay until the outbox holds nothing that it could publish."""
    task = asyncio.create_task(Relay(pool, publisher).run())

    async def is_empty() -> bool:
        return not await pool.fetchval("SELECT count(*) FROM outbox WHERE refused IS NULL")

    try:
        await until(is_empty)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_migrations_are_applied_once_also_by_replicas_that_start_together(postgres_dsn: str) -> None:
    runs = [migrate(postgres_dsn, schema="try", package="shoal_ingest", outbox=True) for _ in range(4)]
    applied = await asyncio.gather(*runs)
    files = [
        file for file in resources.files("shoal_ingest.migrations").iterdir() if file.name.endswith(".sql")
    ]
    assert sorted(map(len, applied)) == [0, 0, 0, 2 + len(files)]  # and two of the outbox


async def test_an_edited_migration_is_refused(pool: Any, postgres_dsn: str) -> None:
    await pool.execute("UPDATE schema_migrations SET sha256 = 'other' WHERE name = '0001_ingest.sql'")
    with pytest.raises(MigrationChanged, match=r"0001_ingest\.sql"):
        await migrate(postgres_dsn, schema="try", package="shoal_ingest")


async def test_json_columns_hold_python_values(pool: Any) -> None:
    value = {"a": [1, None, "ü"], "b": {"c": True}}
    assert await pool.fetchval("SELECT $1::jsonb", value) == value


async def test_messages_leave_in_order_and_whole(pool: Any) -> None:
    await add(pool, *range(700))
    await add(pool, 700)
    publisher = FakePublisher()
    await relayed(pool, publisher)
    assert publisher.messages == [message(number) for number in range(701)]


async def test_what_is_rolled_back_never_leaves(pool: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        async with pool.acquire() as conn, conn.transaction():
            await Outbox().add(conn, [message(1)])
            raise ZeroDivisionError
    await add(pool, 2)
    publisher = FakePublisher()
    await relayed(pool, publisher)
    assert publisher.messages == [message(2)]


async def test_a_new_message_wakes_the_relay(pool: Any) -> None:
    publisher = FakePublisher()
    task = asyncio.create_task(Relay(pool, publisher).run())
    await asyncio.sleep(0.3)
    await add(pool, 1)

    async def came() -> bool:
        return publisher.messages == [message(1)]

    await until(came)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_an_outage_is_waited_for(pool: Any) -> None:
    publisher = FakePublisher()
    publisher.failure = PublishFailed("no broker")
    await add(pool, 1)
    relay = Relay(pool, publisher)
    task = asyncio.create_task(relay.run())

    async def failed() -> bool:
        return relay.passes.failures > 0

    await until(failed)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1
    assert relay.passes.last_success is None
    publisher.failure = None

    async def came() -> bool:
        return relay.passes.last_success is not None and not await pool.fetchval(
            "SELECT count(*) FROM outbox"
        )

    await until(came)
    assert relay.passes.failures == 0
    assert publisher.messages == [message(1)]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_message_too_large_for_kafka_does_not_stop_others(pool: Any) -> None:
    class Limited(FakePublisher):
        async def publish(self, messages: Any) -> None:
            if any(message.value == b"v1" for message in messages):
                raise MessageTooLarge("v1")
            await super().publish(messages)

    await add(pool, 0, 1, 2)
    publisher = Limited()
    await relayed(pool, publisher)
    assert publisher.messages == [message(0), message(2)]
    assert await pool.fetchval("SELECT refused FROM outbox") == "v1"


async def test_two_relays_publish_everything_once_and_in_order(pool: Any) -> None:
    publisher = FakePublisher()
    tasks = [asyncio.create_task(Relay(pool, publisher).run()) for _ in range(2)]
    for number in range(30):
        await add(pool, number)

    async def is_empty() -> bool:
        return not await pool.fetchval("SELECT count(*) FROM outbox")

    await until(is_empty)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert publisher.messages == [message(number) for number in range(30)]
