"""Probes of running services while Kafka is away, handlers hang and consumers pause."""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any

import pytest

from shoal.messaging import FaultPolicy, KafkaSettings, Received, Rejection, RetryPolicy, Transient
from wire.probekit import AWAY_S, STUCK_S, consumer, frozen, tiny_service
from wire.wirekit import committed, connected, eventually, message, messages, new_topic

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")), reason="stops a broker"),
]


async def test_kafka_away_must_not_kill_a_pod(
    broker: Any, settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch in flight waits for its commit meanwhile."""
    # Kafka is asked more often, as the time after which a pod is stuck is shorter than the default of 300 s.
    monkeypatch.setattr("shoal.messaging.consuming.lag.INTERVAL_S", STUCK_S / 6)
    monkeypatch.setattr("shoal.messaging.consuming.lag.ANSWER_S", STUCK_S / 6)
    topic = await new_topic(settings)
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        begun.set()
        await goes_on.wait()
        return ()

    async with connected(settings) as direct:
        await direct.publisher.publish(messages(topic, 10))
    async with tiny_service(settings, consumers=[consumer(topic, handle)]) as service:
        await asyncio.wait_for(begun.wait(), 120)
        with frozen(broker):
            goes_on.set()
            await service.stays_alive(AWAY_S)
            assert await service.has("readyz", 503, "Kafka does not answer")
            assert await service.metric("kafka") == 0
            assert await service.has("startupz", 200)
        await eventually(lambda: service.has("readyz", 200))

        async def is_up() -> bool:
            return await service.metric("kafka") == 1

        await eventually(is_up)
        await service.stays_alive(STUCK_S)

        async def is_committed() -> bool:
            return await committed(settings, topic) == 10

        await eventually(is_committed)


async def test_an_idle_topic_is_healthy_and_a_stuck_handler_must_kill_the_pod(
    settings: KafkaSettings,
) -> None:
    topic = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        await asyncio.Event().wait()
        return ()

    async with tiny_service(settings, consumers=[consumer(topic, handle)]) as service:
        await service.stays_alive(2 * STUCK_S)
        sent = time.monotonic()
        await service.running.messaging.publisher.publish(messages(topic, 1))
        await service.stays_alive(STUCK_S / 2, since=sent)
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
