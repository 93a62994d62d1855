"""Ingest without a broker, a host of images, and the queue of images to fetch."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import ormsgpack

from hostkit import LOOPBACK, ImageHost, image_host
from publishingkit import FakePublisher, received
from shoal.clock import utc_now
from shoal.contracts.samples import Content, SampleReferenced
from shoal.messaging.dead_letters.letters import letter_facts
from shoal.persistence import open_pool
from shoal.runtime import Loop, Service
from shoal.security.access import Access
from shoal_ingest.adapters.fetches import PostgresFetches
from shoal_ingest.main import SCHEMA, wire_service
from shoal_ingest.settings import IngestSettings
from shoal_ingest.usecases.media.ports import Fetch, Reference

VECTOR = {"name": "mine", "vector": [1.0, 0.5]}


@dataclass
class Ingest:
    """Ingest without a broker: what it publishes to samples.referenced is handed to its consumer."""

    service: Service
    http: httpx.AsyncClient
    publisher: FakePublisher
    pool: Any
    host: ImageHost

    @property
    def loop(self) -> Loop:
        return next(loop for loop in self.service.loops if loop.name == "fetch_images")

    async def send(self, *items: dict[str, Any], project: str = "news") -> list[dict[str, Any]]:
        """Send inferences; hand those that wait for their image to the consumer."""
        self.publisher.messages.clear()
        lines = [json.dumps({"project": project, **item}) for item in items]
        answer = await self.http.post("/v1/inferences", content="\n".join(lines))
        await self.consume()
        return list(answer.json()["results"])

    async def consume(self) -> None:
        """Hand the published references to the consumer, as Kafka does."""
        consumer = next(part for part in self.service.consumers if part.group == "ingest-fetcher")
        batch = [
            received(
                SampleReferenced.model_validate(ormsgpack.unpackb(message.value)),
                message.topic,
                event_id=dict(message.headers)["ce_id"].decode(),
                offset=offset,
            )
            for offset, message in enumerate(self.publisher.messages)
            if message.topic == "samples.referenced"
        ]
        assert await consumer.handle(batch) == []

    async def fetch(self) -> None:
        """Make passes until nothing is in hand."""
        async with asyncio.timeout(120):
            while await self.loop.step():
                pass

    async def outbox(self) -> list[tuple[str, dict[str, Any], dict[str, bytes]]]:
        """Return topic, event and headers of the messages of samples, oldest first."""
        rows = await self.pool.fetch("SELECT * FROM outbox WHERE topic LIKE 'samples.%' ORDER BY seq")
        return [
            (
                row["topic"],
                ormsgpack.unpackb(row["value"]),
                dict(zip(row["header_names"], row["headers"], strict=True)),
            )
            for row in rows
        ]

    async def letters(self) -> list[dict[str, str]]:
        """Return the facts of the dead letters."""
        return [
            letter_facts(list(headers.items())) for topic, _, headers in await self.outbox() if "dlq" in topic
        ]

    async def waiting(self) -> int:
        return int(await self.pool.fetchval("SELECT count(*) FROM image_fetches"))

    async def make_due(self, age: timedelta = timedelta()) -> None:
        """Let time pass: all that waits is due, and has waited for `age`."""
        await self.pool.execute(
            "UPDATE image_fetches SET next_try_at = now(), arrived_at = arrived_at - $1::interval", age
        )


def image(uri: str, number: str = "1", **more: Any) -> dict[str, Any]:
    return {"source_id": number, "image": {"uri": uri}, **more}


@asynccontextmanager
async def open_ingest(dsn: str, folder: Path) -> AsyncIterator[Ingest]:
    pool = await open_pool(dsn, SCHEMA)
    async with image_host() as host:
        settings = IngestSettings(
            postgres_dsn=dsn,
            media_uri=str(folder),
            media_key="k" * 40,
            media_hosts=host.hosts,
            media_networks=LOOPBACK,
            media_timeout_s=1.0,
            media_max_bytes=200_000,
            media_max_pixels=1_000_000,
        )
        publisher = FakePublisher()
        service = wire_service(settings, publisher, pool)
        assert service.app is not None
        service.app.state.access = Access(service.directory, None)
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as http:
            for project in ("news", "slow"):
                assert (await http.post("/v1/projects", json={"project": project})).status_code == 201
            ingest = Ingest(service, http, publisher, pool, host)
            yield ingest
            assert ingest.loop.close is not None
            await ingest.loop.close()
    await pool.close()


def reference(project: str, sample: str, event_id: str = "event") -> Reference:
    now = utc_now()
    event = SampleReferenced(
        project=project,
        sample_id=sample,
        source="camera",
        source_id=sample,
        content=Content(uri="https://images.example.com/1.jpg"),
        occurred_at=now,
        received_at=now,
    )
    return Reference(event, event_id, 0, 0)


async def claim(queue: PostgresFetches, most: int = 8, **busy: int) -> list[Fetch]:
    now = utc_now()
    return await queue.claim(now, now + timedelta(minutes=1), most=most, of_project=4, busy=busy)


def shares(fetches: list[Fetch]) -> dict[str, int]:
    projects = [fetch.reference.event.project for fetch in fetches]
    return {project: projects.count(project) for project in set(projects)}
