"""Many records that cannot be handled pause a consumer, which goes on by itself; bad data never pauses it."""

from collections.abc import Sequence

import pytest

from shoal.messaging import Consumer, FaultPolicy, Health, KafkaSettings, OutgoingMessage, Received, Rejection
from shoal.messaging.dead_letters.skipping import skip_records
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

POLICY = FaultPolicy(burst=10, window=1000, probe_records=5, first_pause_s=0.5)


def of_many_projects(topic: object, numbers: range) -> list[OutgoingMessage]:
    return [message(topic, n, project=f"project-{n % 3}") for n in numbers]  # type: ignore[arg-type]


def settings_with(bootstrap: str, longest_pause_s: float) -> KafkaSettings:
    return kafka_settings(bootstrap).model_copy(update={"longest_pause_s": longest_pause_s})


async def test_refusals_of_data_never_pause_however_many(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    handled: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        handled.extend(number(received) for received in batch if number(received) >= 600)
        return [Rejection(received, "no_vector", "give one") for received in batch if number(received) < 600]

    async with connected(settings) as messaging:
        await messaging.publisher.publish(of_many_projects(topic, range(610)))
        consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, faults=POLICY, max_records=50)
        await messaging.start([consumer])
        await eventually(lambda: handled == list(range(600, 610)))
        assert messaging.health() == [Health(consumer.name, alive=True, ready=True)]
    assert len(await on_broker(settings, topic.dead_letters[0])) == 600


async def test_a_broken_handler_pauses_takes_few_records_and_goes_on_once_it_works(
    kafka_bootstrap: str,
) -> None:
    settings = settings_with(kafka_bootstrap, 2.0)
    topic = await new_topic(settings)
    works = False
    handled: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        if not works:
            raise KeyError("renamed")
        handled.extend(number(received) for received in batch)
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish(of_many_projects(topic, range(300)))
        consumer = Consumer(
            topic=topic, group=topic.groups[0], handle=handle, retry=QUICK, faults=POLICY, max_records=20
        )
        await messaging.start([consumer])
        await eventually(lambda: "KeyError" not in messaging.health()[0].detail != "")
        (health,) = messaging.health()
        assert (health.alive, health.ready) == (True, True)
        assert "run shoal dlq skip" in health.detail

        async def has_probed() -> bool:
            return await committed(settings, topic) >= 30

        await eventually(has_probed)
        assert await committed(settings, topic) < 100
        works = True
        await eventually(lambda: len(handled) > 0 and handled[-1] == 299)
        assert messaging.health()[0].detail == ""
    letters = await on_broker(settings, topic.dead_letters[0])
    assert len(letters) + len(handled) == 300
    assert len(letters) < 100


async def test_faults_of_one_project_stop_nobody(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    handled: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        if any(received.envelope.project == "news" for received in batch):
            raise ZeroDivisionError
        handled.extend(number(received) for received in batch)
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish([*messages(topic, 150), message(topic, 150, project="other")])
        consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK, faults=POLICY)
        await messaging.start([consumer])
        await eventually(lambda: handled == [150])
    assert len(await on_broker(settings, topic.dead_letters[0])) == 150


async def test_values_that_do_not_decode_pause_and_shoal_dlq_skip_goes_on_at_once(
    kafka_bootstrap: str,
) -> None:
    settings = settings_with(kafka_bootstrap, 300.0)
    topic = await new_topic(settings)
    handled: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        handled.extend(number(received) for received in batch)
        return ()

    broken = [
        OutgoingMessage(topic.name, record.key, b"\xc1", record.headers)
        for record in of_many_projects(topic, range(200))
    ]
    async with connected(settings) as messaging:
        await messaging.publisher.publish([*broken, message(topic, 200)])
        policy = FaultPolicy(burst=10, probe_records=1, first_pause_s=600)
        consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, faults=policy, max_records=50)
        await messaging.start([consumer])
        await eventually(lambda: messaging.health()[0].detail != "")
        assert handled == []
        left = 201 - await committed(settings, topic)
        assert await skip_records(settings, topic.name, topic.groups[0]) == left
        await eventually(lambda: handled == [200])
    assert len(await on_broker(settings, topic.dead_letters[0])) == 200
