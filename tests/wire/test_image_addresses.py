"""Images at addresses, over a broker: read once, ingested from the media store, and replayed if they fail."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import ormsgpack
import pytest

from hostkit import LOOPBACK, ImageHost, digit_png, image_host
from shoal.media.store import data_sha256, media_uri
from shoal.messaging import KafkaSettings
from shoal.messaging.dead_letters.letters import letter_facts
from shoal.messaging.dead_letters.replay import replay_letters
from shoal.runtime import running_service
from shoal_ingest.main import build_service
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack
from wire.wirekit import connected, eventually, kafka_settings, on_broker

pytestmark = pytest.mark.kafka
DEAD = "samples.referenced.ingest-fetcher.dlq"


@dataclass(frozen=True, slots=True)
class Ingest:
    """The running service, its broker, and a host of images."""

    http: httpx.AsyncClient
    kafka: KafkaSettings
    host: ImageHost

    async def send(self, *paths: str) -> None:
        lines = [
            f'{{"project": "news", "source_id": "{path}", "image": {{"uri": "{self.host.uri(path)}"}}}}'
            for path in paths
        ]
        answer = await self.http.post("/v1/inferences", content="\n".join(lines))
        assert answer.json()["accepted"] == len(paths)

    async def ingested(self) -> dict[str, dict[str, Any]]:
        """Return the contents of the ingested samples by source id."""
        events = [
            ormsgpack.unpackb(record.value or b"")
            for record in await on_broker(self.kafka, "samples.ingested")
        ]
        return {event["source_id"]: event["content"] for event in events}


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with Stack(servers=frozenset({"kafka"})) as stack:
        yield kafka_settings(stack.kafka_bootstrap).model_copy(update={"provision_topics": True})


@pytest.fixture
async def ingest(settings: KafkaSettings, postgres_dsn: str, tmp_path: Path) -> AsyncIterator[Ingest]:
    async with image_host() as host:
        service = IngestSettings(
            postgres_dsn=postgres_dsn,
            media_uri=str(tmp_path),
            media_hosts=host.hosts,
            media_networks=LOOPBACK,
            http_port=0,
            admin_port=0,
        )
        async with (
            running_service(service, build_service, settings) as running,
            httpx.AsyncClient(base_url=running.http_url, timeout=60) as http,
        ):
            assert (await http.post("/v1/projects", json={"project": "news"})).status_code == 201
            yield Ingest(http, settings, host)


async def test_an_image_is_ingested_from_the_store_and_a_bad_one_is_replayed(ingest: Ingest) -> None:
    ingest.host.bodies["torn.png"] = digit_png(2)[:100]
    await ingest.send("1.png", "torn.png", "3.png")

    async def two_are_ingested() -> bool:
        return set(await ingest.ingested()) == {"1.png", "3.png"}

    await eventually(two_are_ingested)
    contents = await ingest.ingested()
    assert contents["3.png"]["uri"] == media_uri(data_sha256(digit_png(3)))

    async def one_is_dead() -> bool:
        return len(await on_broker(ingest.kafka, DEAD)) == 1

    await eventually(one_is_dead)
    (letter,) = await on_broker(ingest.kafka, DEAD)
    assert letter_facts(letter.headers)["reason"] == "media_unreadable"

    ingest.host.bodies["torn.png"] = digit_png(2)
    async with connected(ingest.kafka) as messaging:
        replayed = await replay_letters(ingest.kafka, messaging.publisher, DEAD)
    assert replayed.replayed == 1

    async def all_are_ingested() -> bool:
        return "torn.png" in await ingest.ingested()

    await eventually(all_are_ingested)
