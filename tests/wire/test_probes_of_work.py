"""Probes of running services while PostgreSQL is away and background work hangs."""

import asyncio
import time
from collections.abc import Iterator, Sequence

import pytest

import shoal_ingest.main
import shoal_qa.main
from shoal.messaging import KafkaSettings, Received, Rejection
from shoal.persistence import Relay, open_pool
from shoal.runtime import Loop
from shoal_ingest.settings import IngestSettings
from shoal_local.servers.postgres import PostgresServer
from shoal_local.stack import Stack
from shoal_qa.settings import QaSettings
from wire.probekit import AWAY_S, STUCK_S, consumer, frozen, probed, tiny_service
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic

pytestmark = pytest.mark.servers
AT_ONCE_S = 30.0  # on a busy machine; PostgreSQL is frozen for longer


@pytest.fixture
def settings(kafka_bootstrap: str) -> KafkaSettings:
    return kafka_settings(kafka_bootstrap)


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    monkeypatch.delenv("SHOAL_POSTGRES_DSN", raising=False)
    with Stack(servers=frozenset({"postgres"})) as stack:
        server = stack.servers["postgres"]
        assert isinstance(server, PostgresServer)
        yield server


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
    begun = time.monotonic()
    async with tiny_service(settings, loops=[Loop(name="hanging", step=hang, interval_s=1)]) as service:
        await service.stays_alive(STUCK_S / 2, since=begun)
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
            await eventually(lambda: handled >= 10)  # what cannot commit comes again
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
            await eventually(service.is_well)
        assert await qa.metric("postgres") == 1
        with frozen(postgres):
            started = time.monotonic()
            await eventually(lambda: qa.has("readyz", 503, "postgres: PostgreSQL does not answer"))
            await eventually(lambda: worker.has("readyz", 503, "postgres: PostgreSQL does not answer"))
            assert time.monotonic() - started < AT_ONCE_S
            # Inferences are accepted without PostgreSQL.
            await eventually(lambda: http.has("readyz", 200, "postgres: PostgreSQL does not answer"))
            assert await qa.metric("postgres") == 0
            started = time.monotonic()
            answers = await asyncio.gather(*(qa.probe("readyz") for _ in range(50)))
            assert {status for status, _ in answers} == {503}
            assert time.monotonic() - started < AT_ONCE_S
            for service in (qa, http, worker):
                await service.stays_alive(1)
        for service in (qa, http, worker):
            await eventually(lambda service=service: service.has("readyz", 200))  # type: ignore[misc]
        assert await qa.metric("postgres") == 1
