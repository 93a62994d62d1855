"""A key that is revoked while Kafka is away is refused at once at ingest and within seconds elsewhere."""

import asyncio
import os
from collections.abc import Iterator

import httpx
import pytest

from shoal_local.servers.broker import TansuBroker
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") == "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="kills its embedded broker",
    ),
]
ADMIN = "an administrator's key"


@pytest.fixture
def keyed() -> Iterator[tuple[Stack, LocalShoal]]:
    """Yield ingest and qa, which ask for keys, on servers with passwords of their own."""
    with Stack(servers=frozenset({"kafka", "postgres"}), passwords=True) as stack:
        more = {"SHOAL_ADMIN_KEY": ADMIN, "SHOAL_ROLE": "http"}
        with LocalShoal(stack, ("ingest", "qa"), environment=more) as shoal:
            yield stack, shoal


async def test_a_revoked_key_is_refused_everywhere_while_kafka_is_away(
    keyed: tuple[Stack, LocalShoal],
) -> None:
    stack, shoal = keyed
    broker = stack.servers["kafka"]
    assert isinstance(broker, TansuBroker)
    admin = {"authorization": f"Bearer {ADMIN}"}
    async with httpx.AsyncClient(timeout=30) as http:

        async def status(service: str, path: str, key: str) -> int:
            answer = await http.get(shoal.urls[service] + path, headers={"authorization": f"Bearer {key}"})
            return answer.status_code

        url = shoal.urls["ingest"] + "/v1/projects"
        assert (await http.post(url, json={"project": "news"}, headers=admin)).status_code == 201
        answer = await http.post(f"{url}/news/keys", json={"roles": ["operator"]}, headers=admin)
        key, key_id = answer.json()["key"], answer.json()["key_id"]
        rule = "/v1/projects/news/rule"
        assert (await status("ingest", "/v1/projects", key), await status("qa", rule, key)) == (200, 200)
        broker.child.kill()
        assert (await http.delete(f"{url}/news/keys/{key_id}", headers=admin)).status_code == 204
        assert await status("ingest", "/v1/projects", key) == 401

        async def refused() -> bool:
            return await status("qa", rule, key) == 401

        async with asyncio.timeout(30):
            while not await refused():
                await asyncio.sleep(0.2)
        assert await status("qa", rule, ADMIN) == 200
