"""Migrations as a step of their own: `shoal migrate`, and services that wait for it or for PostgreSQL."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from shoal.messaging import Transient
from shoal.persistence import MigrationChanged, Schema, prepare_schema
from shoal.persistence.schema import SchemaCheck
from shoal_local.ports import free_port
from shoal_local.servers.postgres import PostgresServer
from shoal_local.stack import Stack
from wire.wirekit import eventually

pytestmark = pytest.mark.servers
SCHEMA = Schema("ingest", "shoal_ingest")


async def shoal_migrate(dsn: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code, what it printed, and its errors and log."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shoal.command_line.main", "migrate", *arguments),
        env={**os.environ, "SHOAL_POSTGRES_DSN": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode(), errors.decode()


async def test_the_command_migrates_every_service_once(postgres_dsn: str) -> None:
    code, printed, _ = await shoal_migrate(postgres_dsn)
    assert code == 0
    assert [line.split(":")[0] for line in printed.splitlines()] == [
        "ingest",
        "labeling-gateway",
        "qa",
        "sampler",
    ]
    assert "0001_qa.sql" in printed
    code, printed, _ = await shoal_migrate(postgres_dsn)
    assert (code, {line.split(": ")[1] for line in printed.splitlines()}) == (0, {"up to date"})


async def test_the_command_migrates_one_service_only(postgres_dsn: str) -> None:
    assert (await shoal_migrate(postgres_dsn, "ingest"))[0] == 0
    connection = await asyncpg.connect(postgres_dsn)
    schemas = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname IN ('ingest', 'qa')")
    await connection.close()
    assert [row["nspname"] for row in schemas] == ["ingest"]


async def test_the_command_names_unknown_services(postgres_dsn: str) -> None:
    code, _, errors = await shoal_migrate(postgres_dsn, "embedder")
    assert code == 2
    assert "embedder" in errors


async def test_without_postgresql_the_command_fails_after_its_wait() -> None:
    dsn = f"postgresql://127.0.0.1:{free_port()}/shoal"
    code, _, errors = await shoal_migrate(dsn, "ingest", "--wait", "1.5")
    assert code == 1
    assert "waiting for PostgreSQL" in errors


async def test_an_edited_migration_fails_the_command(postgres_dsn: str) -> None:
    await SCHEMA.migrate(postgres_dsn)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(
        "UPDATE ingest.schema_migrations SET sha256 = 'x' WHERE name = '0001_ingest.sql'"
    )
    code, _, errors = await shoal_migrate(postgres_dsn, "ingest")
    assert (code, MigrationChanged.__name__ in errors) == (1, True)
    with pytest.raises(Transient, match=r"0001_ingest\.sql"):
        await prepare_schema(postgres_dsn, SCHEMA, "wait")
    await connection.close()


async def test_an_old_schema_waits_and_a_newer_one_serves(postgres_dsn: str) -> None:
    check = SchemaCheck(postgres_dsn, SCHEMA)
    assert "lacks migration shoal/outbox and" in await check()
    with pytest.raises(Transient, match="shoal migrate"):
        await prepare_schema(postgres_dsn, SCHEMA, "wait")
    await prepare_schema(postgres_dsn, SCHEMA, "start")
    assert await check() == ""
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("INSERT INTO ingest.schema_migrations VALUES ('9999_later.sql', 'x')")
    assert await check() == ""
    await connection.execute("DELETE FROM ingest.schema_migrations WHERE name = '0001_ingest.sql'")
    assert await check() == "the schema ingest lacks migration 0001_ingest.sql; apply it with `shoal migrate`"
    await connection.close()
    check.close()


async def test_a_migration_gives_up_a_table_that_is_in_use(postgres_dsn: str) -> None:
    await SCHEMA.migrate(postgres_dsn)
    busy = await asyncpg.connect(postgres_dsn)
    await busy.execute("DELETE FROM ingest.schema_migrations WHERE name = 'shoal/outbox_refused'")
    async with busy.transaction():
        await busy.execute("LOCK TABLE ingest.outbox")
        with pytest.raises(Transient, match="PostgreSQL"):
            await prepare_schema(postgres_dsn, SCHEMA, "start")
    await busy.execute("DROP INDEX ingest.outbox_refused")
    await prepare_schema(postgres_dsn, SCHEMA, "start")
    await busy.close()


@asynccontextmanager
async def service_process(stack: Stack, dsn: str, **settings: str) -> AsyncIterator[tuple[Any, str]]:
    """Yield a process of ingest and the address of its admin port."""
    port = free_port()
    own = {"SHOAL_POSTGRES_DSN": dsn, "SHOAL_HTTP_PORT": "0", "SHOAL_ADMIN_PORT": str(port), **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "shoal_ingest.main"), env={**os.environ, **stack.environment, **own}
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answer(http: httpx.AsyncClient, url: str) -> tuple[int, str]:
    """Return the status and body of a probe; 0 before the port answers."""
    try:
        response = await http.get(url)
    except httpx.TransportError:
        return 0, ""
    return response.status_code, response.text


async def test_a_service_waits_for_the_migrations_of_the_command(stack: Stack, postgres_dsn: str) -> None:
    async with (
        httpx.AsyncClient(timeout=30) as http,
        service_process(stack, postgres_dsn, SHOAL_MIGRATE="wait") as (process, url),
    ):

        async def says_why() -> bool:
            return "lacks migration" in (await answer(http, f"{url}/startupz"))[1]

        await eventually(says_why)
        for path, status in (("startupz", 503), ("readyz", 503), ("livez", 200)):
            assert (await answer(http, f"{url}/{path}"))[0] == status
        assert (await shoal_migrate(postgres_dsn, "ingest"))[0] == 0

        async def is_ready() -> bool:
            return [(await answer(http, f"{url}/{path}"))[0] for path in ("startupz", "readyz")] == [200, 200]

        await eventually(is_ready)
        process.terminate()
        assert await process.wait() == 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    monkeypatch.delenv("SHOAL_POSTGRES_DSN", raising=False)
    with Stack(servers=frozenset({"postgres"})) as stack:
        postgres = stack.servers["postgres"]
        assert isinstance(postgres, PostgresServer)
        yield postgres


async def test_without_postgresql_at_its_start_a_service_waits(stack: Stack, server: PostgresServer) -> None:
    await asyncio.to_thread(server.stop)
    async with httpx.AsyncClient(timeout=30) as http, service_process(stack, server.dsn) as (process, url):

        async def says_why() -> bool:
            return "PostgreSQL is unavailable" in (await answer(http, f"{url}/startupz"))[1]

        await eventually(says_why)
        assert (await answer(http, f"{url}/livez"))[0] == 200
        assert process.returncode is None
        await asyncio.to_thread(server.start)

        async def is_ready() -> bool:
            return (await answer(http, f"{url}/readyz"))[0] == 200

        await eventually(is_ready)
        process.terminate()
        assert await process.wait() == 0
