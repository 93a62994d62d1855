"""Probes of running services while servers are away, handlers hang and consumers pause."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from fastapi import FastAPI

import shoal_ingest.main
import shoal_qa.main
from shoal.contracts.topics import Topic
from shoal.messaging import (
    Consumer,
    FaultPolicy,
    KafkaSettings,
    Publisher,
    Received,
    Rejection,
    RetryPolicy,
    Transient,
)
from shoal.persistence import Relay, open_pool
from shoal.runtime import Loop, Running, Service, ServiceSettings, running_service
from shoal_ingest.settings import IngestSettings
from shoal_local.servers.postgres import PostgresServer
from shoal_local.stack import Stack
from shoal_qa.settings import QaSettings
from wire.wirekit import committed, connected, eventually, kafka_settings, message, messages, new_topic

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")), reason="stops a broker"),
]
STUCK_S = 6.0
AWAY_S = 3 * STUCK_S
Handle = Callable[[Sequence[Received]], Awaitable[Sequence[Rejection]]]


@pytest.fixture
def broker() -> Iterator[Any]:
    with Stack(servers=frozenset({"kafka"})) as stack:
        yield stack.servers["kafka"]


@pytest.fixture
def settings(broker: Any) -> KafkaSettings:
    return kafka_settings(broker.bootstrap)


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    monkeypatch.delenv("SHOAL_POSTGRES_DSN", raising=False)
    with Stack(servers=frozenset({"postgres"})) as stack:
        server = stack.servers["postgres"]
        assert isinstance(server, PostgresServer)
        yield server


@contextmanager
def frozen(server: Any) -> Iterator[None]:
    """Stop a server and its processes with SIGSTOP while the block runs."""
    leader = psutil.Process(server.child.pid)
    family = [leader, *leader.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in family:
            process.send_signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Probed:
    """A running service and a client of its ports."""

    running: Running
    http: httpx.AsyncClient

    async def probe(self, name: str) -> tuple[int, str]:
        """Return a probe's status, and its problems and notes as text."""
        answer = await self.http.get(f"{self.running.admin_url}/{name}")
        body = answer.json()
        return answer.status_code, "; ".join([*body["problems"], *body.get("notes", ())])

    async def has(self, name: str, status: int, text: str = "") -> bool:
        found, detail = await self.probe(name)
        return found == status and text in detail

    async def stays_alive(self, seconds: float) -> None:
        """Assert that /livez answers 200 for a time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert await self.probe("livez") == (200, "")
            await asyncio.sleep(0.3)

    async def metric(self, dependency: str) -> float:
        text = (await self.http.get(f"{self.running.admin_url}/metrics")).text
        (value,) = re.findall(rf'^shoal_dependency_up{{dependency="{dependency}"}} (\S+)$', text, re.M)
        return float(value)


@asynccontextmanager
async def probed(settings: Any, build: Any, kafka: KafkaSettings) -> AsyncIterator[Probed]:
    async with (
        httpx.AsyncClient(timeout=5) as http,
        running_service(settings, build, kafka) as running,
    ):
        yield Probed(running, http)


@asynccontextmanager
async def tiny_service(kafka: KafkaSettings, **parts: Any) -> AsyncIterator[Probed]:
    """Yield a service of a few parts."""

    @asynccontextmanager
    async def build(_: Any, __: Publisher) -> AsyncIterator[Service]:
        app = FastAPI()
        app.get("/here")(lambda: {"here": True})
        yield Service(name="tiny", app=app, **parts)

    settings = ServiceSettings(http_port=0, admin_port=0, stuck_s=STUCK_S)
    async with probed(settings, build, kafka) as service:
        yield service


def consumer(topic: Topic, handle: Handle, **rest: Any) -> Consumer[Any]:
    return Consumer(topic=topic, group=topic.groups[0], handle=handle, **rest)


async def test_kafka_away_must_not_kill_a_pod(broker: Any, settings: KafkaSettings) -> None:
    """The batch in flight waits for its commit meanwhile."""
    topic = await new_topic(settings)
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        begun.set()
        await goes_on.wait()
        return ()

    async with connected(settings) as direct:
        await direct.publisher.publish(messages(topic, 10))
    async with tiny_service(settings, consumers=[consumer(topic, handle)]) as service:
        await asyncio.wait_for(begun.wait(), 30)
        with frozen(broker):
            goes_on.set()
            await service.stays_alive(AWAY_S)
            assert await service.has("readyz", 503, "Kafka does not answer")
            assert await service.metric("kafka") == 0
            assert await service.has("startupz", 200)
        await eventually(lambda: service.has("readyz", 200), timeout_s=60)
        assert await service.metric("kafka") == 1
        await service.stays_alive(STUCK_S)

        async def is_committed() -> bool:
            return await committed(settings, topic) == 10

        await eventually(is_committed, timeout_s=60)


async def test_an_idle_topic_is_healthy_and_a_stuck_handler_must_kill_the_pod(
    settings: KafkaSettings,
) -> None:
    topic = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        await asyncio.Event().wait()
        return ()

    async with tiny_service(settings, consumers=[consumer(topic, handle)]) as service:
        await service.stays_alive(2 * STUCK_S)
        await service.running.messaging.publisher.publish(messages(topic, 1))
        await service.stays_alive(STUCK_S / 2)
        name = service.running.service.consumers[0].name
        await eventually(lambda: service.has("livez", 503, f"{name}: has got no further for"))
        assert await service.has("readyz", 503, name)


async def test_retries_during_an_outage_are_no_standstill(settings: KafkaSettings) -> None:
    topic = await new_topic(settings)
    tries = 0

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        nonlocal tries
        tries += 1
        raise Transient("a server is away")

    patient = RetryPolicy(first_wait_s=0.1, longest_wait_s=STUCK_S / 3, outage_budget_s=1000)
    async with tiny_service(settings, consumers=[consumer(topic, handle, retry=patient)]) as service:
        await service.running.messaging.publisher.publish(messages(topic, 1))
        await eventually(lambda: tries > 1)
        await service.stays_alive(AWAY_S)
        assert await service.has("readyz", 200, "a server is away")


async def test_a_paused_consumer_takes_neither_http_nor_the_pod_away(settings: KafkaSettings) -> None:
    topic = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        raise KeyError("a bug")

    retry = RetryPolicy(first_wait_s=0.01, longest_wait_s=0.02)
    faults = FaultPolicy(burst=5, first_pause_s=2 * AWAY_S)
    parts = [consumer(topic, handle, retry=retry, faults=faults)]
    async with tiny_service(settings, consumers=parts) as service:
        records = [message(topic, number, project) for number in range(20) for project in ("one", "two")]
        await service.running.messaging.publisher.publish(records)
        await eventually(lambda: service.has("readyz", 200, "this version is probably at fault"))
        await service.stays_alive(AWAY_S)
        assert await service.has("readyz", 200, "this version is probably at fault")
        assert (await service.http.get(f"{service.running.http_url}/here")).status_code == 200


async def test_a_hung_pass_must_kill_the_pod_and_a_long_pause_must_not(settings: KafkaSettings) -> None:
    async def hang() -> int:
        await asyncio.Event().wait()
        return 0

    async def rest() -> int:
        return 0

    loops = [
        Loop(name="resting", step=rest, interval_s=1000),
        Loop(name="patient", step=hang, interval_s=1, longest_s=1000),
        Loop(name="lanes", step=rest, interval_s=1, describe=lambda: "hung in a call: acme"),
    ]
    async with tiny_service(settings, loops=loops) as service:
        await service.stays_alive(2 * STUCK_S)
        assert await service.has("readyz", 200, "background:lanes: hung in a call: acme")
    async with tiny_service(settings, loops=[Loop(name="hanging", step=hang, interval_s=1)]) as service:
        await service.stays_alive(STUCK_S / 2)
        await eventually(lambda: service.has("livez", 503, "background:hanging: has got no further for"))


async def test_a_frozen_postgresql_must_not_kill_a_pod(
    settings: KafkaSettings, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call to PostgreSQL ends, so that handlers and the relay try again."""
    monkeypatch.setattr("shoal.persistence.pool.CONNECT_S", STUCK_S / 3)
    topic = await new_topic(settings)
    await shoal_ingest.main.OWN_SCHEMA.migrate(postgres.dsn)
    pool = await open_pool(postgres.dsn, "ingest", max_size=3, command_timeout_s=1)
    handled = 0

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        nonlocal handled
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("SELECT 1")
        handled += len(batch)
        return ()

    async with connected(settings) as direct:
        relay = Relay(pool, direct.publisher)
        parts = {"consumers": [consumer(topic, handle)], "background": [relay]}
        async with tiny_service(settings, **parts) as service:
            await eventually(lambda: relay.passes.last_success is not None)
            with frozen(postgres):
                await direct.publisher.publish(messages(topic, 10))
                await service.stays_alive(AWAY_S)
                assert handled == 0
            await eventually(lambda: handled == 10, timeout_s=60)
            await service.stays_alive(STUCK_S)
    pool.terminate()


async def test_readiness_covers_postgresql_and_answers_at_once(
    settings: KafkaSettings, postgres: PostgresServer
) -> None:
    kafka = settings.model_copy(update={"provision_topics": True})
    ports = {"http_port": 0, "admin_port": 0, "postgres_dsn": postgres.dsn}
    async with (
        probed(QaSettings(**ports), shoal_qa.main.build_service, kafka) as qa,
        probed(IngestSettings(role="http", **ports), shoal_ingest.main.build_service, kafka) as http,
        probed(IngestSettings(role="worker", **ports), shoal_ingest.main.build_service, kafka) as worker,
    ):
        for service in (qa, http, worker):
            assert await service.probe("readyz") == (200, "")
        assert await qa.metric("postgres") == 1
        with frozen(postgres):
            started = time.monotonic()
            await eventually(lambda: qa.has("readyz", 503, "postgres: PostgreSQL does not answer"))
            await eventually(lambda: worker.has("readyz", 503, "postgres: PostgreSQL does not answer"))
            assert time.monotonic() - started < 10
            # Inferences are accepted without PostgreSQL.
            await eventually(lambda: http.has("readyz", 200, "postgres: PostgreSQL does not answer"))
            assert await qa.metric("postgres") == 0
            started = time.monotonic()
            answers = await asyncio.gather(*(qa.probe("readyz") for _ in range(50)))
            assert {status for status, _ in answers} == {503}
            assert time.monotonic() - started < 10  # of a busy machine
            for service in (qa, http, worker):
                await service.stays_alive(1)
        for service in (qa, http, worker):
            await eventually(lambda service=service: service.has("readyz", 200), timeout_s=60)  # type: ignore[misc]
        assert await qa.metric("postgres") == 1
