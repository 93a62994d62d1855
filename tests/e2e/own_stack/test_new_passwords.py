"""New passwords of PostgreSQL and Qdrant, as docs/operations.md says: services wait, and lose nothing."""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest

from chaos.letters import all_letters
from e2e.client import Client, eventually
from e2e.test_gold_and_review import waiting
from shoal_local.servers.qdrant.keys import API_KEY
from shoal_local.servers.qdrant.server import QdrantServer
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.operations, pytest.mark.timeout(900)]
PROJECT = "rotated"
SETTINGS = {"SHOAL_AUDIT_RATE": "0", "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0"}
PART = 8
WELL = {"status": "ok", "problems": []}


def lines(part: int) -> list[dict[str, Any]]:
    """Return the inferences of one part, with vectors at right angles to all others."""
    return [
        {
            "project": PROJECT,
            "source_id": str(number),
            "text": f"text {number}",
            "embedding": {
                "name": "e",
                "version": "1",
                "vector": [float(number == axis) for axis in range(8 * PART)],
            },
        }
        for number in range(part * PART, (part + 1) * PART)
    ]


async def send(client: Client, part: int) -> None:
    """Send a part, which must be accepted."""
    answer = await client.send(lines(part))
    assert answer["accepted"] == PART, answer


async def change_password(stack: Stack) -> str:
    """Change the password of the services' role; return their new address."""
    password = secrets.token_urlsafe(24)
    connection = await asyncpg.connect(stack.postgres_dsn)
    try:
        await connection.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stack.postgres_dsn)
    scheme, _, rest = stack.postgres_dsn.partition("://")
    user, _, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}:{password}@{host}"


async def cut_connections(dsn: str, schema: str) -> None:
    """End the connections of a service, which then needs new ones."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
            f"shoal-{schema}",
        )
    finally:
        await connection.close()


def change_key(stack: Stack) -> str:
    """Restart Qdrant with another key."""
    server, key = stack.servers["qdrant"], secrets.token_urlsafe(24)
    assert isinstance(server, QdrantServer)
    server.stop()
    server._api_key, server.child = key, replace(server.child, environment={API_KEY: key})
    server.start()
    return key


async def waits(shoal: LocalShoal, http: httpx.AsyncClient, service: str) -> None:
    """Wait until a service says that it waits for its server; it must stay alive."""
    url = shoal.admin_urls[service]

    async def says_so() -> bool:
        assert (await http.get(f"{url}/livez")).status_code == 200
        return bool((await http.get(f"{url}/readyz")).json() != WELL)

    await eventually(says_so)


async def open_project(client: Client) -> None:
    await client.project(PROJECT, ["even", "odd"])
    await client.campaign(
        PROJECT, name="all", strategy={"kind": "random", "share": 1.0}, budget={"votes": 1000}
    )


async def test_every_accepted_sample_gets_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOAL_POSTGRES_DSN", "SHOAL_QDRANT_URL"):
        monkeypatch.delenv(name, raising=False)  # a server of others keeps its passwords
    async with httpx.AsyncClient(timeout=30) as http:
        with Stack(passwords=True) as stack, LocalShoal(stack, environment=SETTINGS) as former:
            client = Client(former, http)
            await open_project(client)
            await send(client, 0)
            await waiting(client, PROJECT, PART)
            dsn = await change_password(stack)
            await send(client, 1)
            await waiting(client, PROJECT, 2 * PART)  # open connections stay
            await cut_connections(dsn, "sampler")
            await send(client, 2)
            await waits(former, http, "sampler")
            key = await asyncio.to_thread(change_key, stack)
            await send(client, 3)
            await waits(former, http, "embedder")
            login = {"SHOAL_POSTGRES_DSN": dsn, "SHOAL_QDRANT_API_KEY": key}
            await asyncio.to_thread(former.stop)
            with LocalShoal(stack, environment={**SETTINGS, **login}) as new:
                client = Client(new, http)
                await send(client, 4)
                await waiting(client, PROJECT, 5 * PART)
                progress = await client.done("labeling-gateway", "GET", f"/v1/projects/{PROJECT}/progress")
                assert progress["waiting"] == 5 * PART
                assert await all_letters(stack) == []
