"""An outage, a crash or a stop loses nothing and refuses nothing."""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import NewTopic

from shoal.messaging import (
    Consumer,
    MessageTooLarge,
    OutgoingMessage,
    Publisher,
    PublishFailed,
    Received,
    Rejection,
    RetryPolicy,
    Transient,
)
from shoal.messaging.clients.broker import kafka_admin, kafka_producer
from shoal.messaging.connection import Messaging
from shoal.messaging.publisher import KafkaPublisher
from wire.wirekit import (
    QUICK,
    committed,
    connected,
    eventually,
    kafka_settings,
    message,
    messages,
    new_topic,
    number,
    on_broker,
)

pytestmark = pytest.mark.kafka


async def test_an_outage_outlasting_the_retries_refuses_nothing(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=2)
    effects: Counter[int] = Counter()
    down = asyncio.Event()
    calls = 0

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        nonlocal calls
        calls += 1
        if not down.is_set():
            raise Transient("the database is away")
        effects.update(number(received) for received in batch)
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 200))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)])
        await eventually(lambda: calls > 20)  # longer than one retry budget: the batch came again
        assert await committed(settings, topic) == 0
        down.set()
        await eventually(lambda: len(effects) == 200)
    assert set(effects.values()) == {1}
    assert await on_broker(settings, topic.dead_letters[0]) == []
    assert await committed(settings, topic) == 200


async def test_a_given_back_batch_is_not_a_hot_loop(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    calls = 0

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        nonlocal calls
        calls += 1
        raise ConnectionRefusedError

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 10))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)])
        await eventually(lambda: calls > 5)
        before, began = calls, time.monotonic()
        await asyncio.sleep(2)
        assert calls - before <= (time.monotonic() - began) / (QUICK.longest_wait_s / 2) + 5


class DeadLettersRefused:
    """A publisher whose broker does not take dead letters for a while."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.down = True
        self.refused = 0

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        if self.down:
            self.refused += 1
            raise PublishFailed("not now")
        await self._publisher.publish(messages)


async def test_a_dead_letter_that_cannot_be_published_keeps_its_record(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        return [Rejection(received, "odd", "odd") for received in batch if number(received) == 1]

    async with connected(settings) as direct:
        await direct.publisher.publish(messages(topic, 3))
        refusing = DeadLettersRefused(direct.publisher)
        messaging = Messaging(settings, refusing, service="wire", version="1")
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)])
        await eventually(lambda: refusing.refused > 20)
        assert await committed(settings, topic) == 0
        refusing.down = False

        async def is_finished() -> bool:
            return await committed(settings, topic) == 3

        await eventually(is_finished)
        await messaging.stop()
    assert len(await on_broker(settings, topic.dead_letters[0])) == 1


async def test_killed_between_effect_and_commit(kafka_bootstrap: str, tmp_path: Path) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    database = tmp_path / "effects.db"
    with sqlite3.connect(database) as effects:
        effects.execute("create table effect (id text primary key)")
        effects.execute("create table delivery (id text)")
    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 50))
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("crashing_consumer.py")),
            settings.model_dump_json(),
            topic.name,
            topic.groups[0],
            str(database),
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdout is not None
        async with asyncio.timeout(120):
            assert await child.stdout.readline() == b"effect\n"
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
        assert await committed(settings, topic) == 0

        async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
            with sqlite3.connect(database) as effects:
                ids = [(received.id,) for received in batch]
                effects.executemany("insert into delivery values (?)", ids)
                effects.executemany("insert into effect values (?) on conflict do nothing", ids)
            return ()

        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])

        async def is_finished() -> bool:
            return await committed(settings, topic) == 50

        await eventually(is_finished)
    with sqlite3.connect(database) as effects:
        (deliveries,) = effects.execute("select count(*) from delivery").fetchone()
        (effect_count,) = effects.execute("select count(*) from effect").fetchone()
    assert (deliveries, effect_count) == (100, 50)


async def test_a_graceful_stop_finishes_and_commits_what_is_in_flight(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=3)
    effects: Counter[int] = Counter()
    started = asyncio.Event()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        started.set()
        await asyncio.sleep(0.3)
        effects.update(number(received) for received in batch)
        return ()

    consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, max_records=50)
    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 500))
    for _ in range(3):
        started.clear()
        async with connected(settings) as messaging:
            await messaging.start([consumer])
            async with asyncio.timeout(120):
                await started.wait()
        assert await committed(settings, topic) == sum(effects.values())
    assert 0 < len(effects) < 500
    async with connected(settings) as messaging:
        await messaging.start([consumer])
        await eventually(lambda: len(effects) == 500)
    assert set(effects.values()) == {1}


async def test_a_stop_does_not_wait_for_an_outage(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap).model_copy(update={"graceful_timeout_s": 240})
    topic = await new_topic(settings)
    called = asyncio.Event()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        called.set()
        raise TimeoutError

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 10))
        patient = RetryPolicy(outage_budget_s=1000)
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=patient)])
        await called.wait()
        async with asyncio.timeout(settings.graceful_timeout_s / 2):
            await messaging.stop()
    assert await committed(settings, topic) == 0
    assert await on_broker(settings, topic.dead_letters[0]) == []


async def test_a_rebalance_loses_nothing_and_repeats_nothing(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=6)
    effects: Counter[int] = Counter()
    by: Counter[str] = Counter()
    sent = 4000

    def consumer(name: str) -> Consumer:
        async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
            await asyncio.sleep(0.05)
            effects.update(number(received) for received in batch)
            by[name] += len(batch)
            return ()

        return Consumer(topic=topic, group=topic.groups[0], handle=handle, max_records=20)

    async with connected(settings) as first:
        await first.publisher.publish(messages(topic, sent))
        await first.start([consumer("first")])
        await eventually(lambda: len(effects) > 100)
        async with connected(settings) as second:
            await second.start([consumer("second")])
            async with asyncio.timeout(300):
                while by["second"] <= 100:  # there is work until it has its share, however late it joins
                    await asyncio.sleep(0.05)
                    if len(effects) > sent - 1000:
                        await first.publisher.publish([message(topic, sent + n) for n in range(1000)])
                        sent += 1000
        await eventually(lambda: len(effects) == sent)
    assert set(effects.values()) == {1}
    assert await committed(settings, topic) == sent


async def test_publishing_without_a_broker_is_an_outage(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    producer = kafka_producer(settings, "wire")
    await producer.start()
    await producer.stop()
    with pytest.raises(PublishFailed, match=topic.name):
        await KafkaPublisher(producer, timeout_s=1).publish(messages(topic, 1))


async def test_a_message_that_kafka_refuses_does_not_stop_the_next_ones(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    if not settings.idempotence:
        pytest.skip("needs Apache Kafka: SHOAL_KAFKA=apache")
    name = f"wire.{uuid4().hex}"
    admin = kafka_admin(settings, "wire")
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "20000"})])
    await admin.close()
    large = OutgoingMessage(name, b"k", os.urandom(100_000), ())
    async with connected(settings) as messaging:
        for _ in range(3):
            await messaging.publisher.publish([OutgoingMessage(name, b"k", b"small", ())])
            with pytest.raises(MessageTooLarge):
                await messaging.publisher.publish([large])
    assert len(await on_broker(settings, name)) == 3
