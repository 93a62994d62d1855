"""Records that the client, the decoder or the dead-letter topic cannot take cost nobody else anything."""

from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from shoal.contracts.topics import Topic
from shoal.messaging import Broadcast, Consumer, FaultPolicy, KafkaSettings, Received, Rejection
from shoal.messaging.clients.broker import MAX_MESSAGE_BYTES
from shoal.messaging.dead_letters.letters import letter_facts
from shoal.messaging.dead_letters.limiting import LetterPolicy
from shoal.messaging.dead_letters.replay import replay_letters
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

Poison = Callable[[AIOKafkaProducer, Topic], Awaitable[None]]


class NotUtf8(str):
    """A header name that aiokafka's encoder writes as bytes that are not UTF-8."""

    def encode(self, *_: object) -> bytes:  # type: ignore[override]
        return b"name-\xff"


async def send_bad_header_name(producer: AIOKafkaProducer, topic: Topic) -> None:
    """Send one batch of a good record, a bad one and a good one."""
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(
        2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=1 << 20
    )
    for n in (10, 11, 12):
        good = message(topic, n)
        odd = [(NotUtf8("odd"), b"1")] if n == 11 else []
        batch.append(timestamp=None, key=good.key, value=good.value, headers=[*good.headers, *odd])
    await producer.send_batch(batch, topic.name, partition=0)


async def send_bad_timestamp(producer: AIOKafkaProducer, topic: Topic) -> None:
    good = message(topic, 11)
    await producer.send(
        topic.name, good.value, key=good.key, headers=list(good.headers), timestamp_ms=-(2**62)
    )


async def send_large_value(producer: AIOKafkaProducer, topic: Topic) -> None:
    good = message(topic, 11)
    value = b"\xc1" + b" " * (MAX_MESSAGE_BYTES + 100_000)
    await producer.send(topic.name, value, key=good.key, headers=list(good.headers))


KINDS: dict[str, tuple[Poison, str]] = {
    "header name": (send_bad_header_name, "envelope_invalid"),
    "timestamp": (send_bad_timestamp, "timestamp_invalid"),
    "size": (send_large_value, "value_unreadable"),
}


async def send(settings: KafkaSettings, topic: Topic, poison: Poison) -> None:
    """Send good records, the poison, and good records, past the checks of our own producer."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap, compression_type="gzip", max_request_size=1 << 26, acks="all"
    )
    async with producer:
        for n in (0, 1):
            good = message(topic, n)
            await producer.send_and_wait(topic.name, good.value, key=good.key, headers=list(good.headers))
        await poison(producer, topic)
        await producer.flush()
        good = message(topic, 20)
        await producer.send_and_wait(topic.name, good.value, key=good.key, headers=list(good.headers))


@pytest.mark.parametrize("kind", KINDS)
async def test_the_record_is_set_aside_with_its_place_and_the_partition_goes_on(
    kafka_bootstrap: str, kind: str
) -> None:
    poison, reason = KINDS[kind]
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    handled: set[int] = set()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        handled.update(number(received) for received in batch)
        return ()

    await send(settings, topic, poison)
    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)])
        await eventually(lambda: handled >= {0, 1, 20})
        assert handled - {10, 12} == {0, 1, 20}
        if kind == "header name":
            assert handled >= {10, 12}
        (letter,) = await on_broker(settings, topic.dead_letters[0])
    facts = letter_facts(letter.headers)
    assert (facts["topic"], facts["partition"], facts["reason"]) == (topic.name, "0", reason)
    assert int(facts["offset"]) in (2, 3)
    if kind == "size":
        assert facts["pointer"] == "1"
        assert int(facts["value_bytes"]) > MAX_MESSAGE_BYTES
        assert len(letter.value or b"") == 1000


@pytest.mark.parametrize("kind", KINDS)
async def test_a_topic_that_every_replica_reads_goes_on_too(kafka_bootstrap: str, kind: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    numbers: set[int] = set()
    broadcast = Broadcast(topic, lambda received: numbers.add(number(received)))
    await send(settings, topic, KINDS[kind][0])
    async with connected(settings) as messaging:
        await messaging.start(broadcasts=[broadcast])
        await eventually(lambda: numbers >= {0, 1, 20})
        assert messaging.health()[0].ready


STAGES = ("fetch", "decode", "handle", "publish", "commit")


@pytest.mark.parametrize("stage", STAGES)
async def test_an_error_at_any_stage_costs_one_record_at_most(
    kafka_bootstrap: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Record 3 makes its stage fail whenever it is in the batch; fetches and commits fail five times."""
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    handled: set[int] = set()
    left = {"fetch": 5, "commit": 5}

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        numbers = {number(received) for received in batch}
        if stage == "handle" and 3 in numbers:
            raise ZeroDivisionError
        handled.update(numbers - ({3} if stage == "publish" else set()))
        odd = [received for received in batch if stage == "publish" and number(received) == 3]
        return [Rejection(received, "odd", "") for received in odd]

    def fail_now_and_then(original: Callable[..., Awaitable[object]], name: str) -> object:
        async def wrapped(*args: object, **options: object) -> object:
            if stage == name and left[name]:
                left[name] -= 1
                raise ValueError(name)
            return await original(*args, **options)

        return wrapped

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 8))
        consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)
        await messaging.start([consumer])
        subscription = messaging._subscriptions[0]
        client = subscription.client
        assert client is not None
        await eventually(lambda: len(handled) + (stage in {"handle", "publish"}) >= 8)
        monkeypatch.setattr(client, "getmany", fail_now_and_then(client.getmany, "fetch"))
        monkeypatch.setattr(client, "commit", fail_now_and_then(client.commit, "commit"))
        break_stage(subscription, stage, monkeypatch)
        handled.clear()
        await messaging.publisher.publish(messages(topic, 8))

        async def is_committed() -> bool:
            return await committed(settings, topic) == 16

        await eventually(lambda: handled >= {0, 1, 2, 4, 5, 6, 7})
        await eventually(is_committed)
    letters = await on_broker(settings, topic.dead_letters[0])
    assert len(letters) == {"handle": 2, "publish": 2, "decode": 1}.get(stage, 0)
    assert not any(left[name] for name in left if name == stage)


def break_stage(subscription: object, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let decoding, or publishing whole letters, fail for record 3 with an error that nobody expects."""
    processor = subscription._processor  # type: ignore[attr-defined]
    if stage == "decode":
        decode = processor._decoder.decode

        def decode_or_fail(records: Sequence[object]) -> object:
            if any(b"text 3" in (record.value or b"") for record in records):  # type: ignore[attr-defined]
                raise ArithmeticError
            return decode(records)

        monkeypatch.setattr(processor._decoder, "decode", decode_or_fail)
    if stage == "publish":
        publish = processor._publisher.publish

        async def publish_or_fail(letters: Sequence[object]) -> None:
            names = {name for name, _ in letters[0].headers}  # type: ignore[attr-defined]
            if "shoal_dlq_reason" in names and "shoal_dlq_pointer" not in names:
                raise ArithmeticError
            await publish(letters)

        monkeypatch.setattr(processor._publisher, "publish", publish_or_fail)


async def test_a_flood_of_one_project_is_summarised_and_every_record_can_be_replayed(
    kafka_bootstrap: str,
) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    mended = False
    handled: set[int] = set()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        if not mended:
            return [Rejection(received, "odd", "") for received in batch]
        handled.update(number(received) for received in batch)
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 300))
        policy = LetterPolicy(burst=100, per_s=0)
        consumer = Consumer(
            topic=topic,
            group=topic.groups[0],
            handle=handle,
            letters=policy,
            faults=FaultPolicy(),
            max_records=100,
        )
        await messaging.start([consumer])

        async def is_committed() -> bool:
            return await committed(settings, topic) == 300

        await eventually(is_committed)
        letters = await on_broker(settings, topic.dead_letters[0])
        summaries = [letter_facts(letter.headers) for letter in letters[100:]]
        assert len(letters) < 110
        assert sum(int(facts["records"]) for facts in summaries) == 200
        mended = True
        replayed = await replay_letters(settings, messaging.publisher, topic.dead_letters[0])
        assert (replayed.replayed, replayed.unreadable, replayed.pending) == (300, 0, 0)
        await eventually(lambda: handled == set(range(300)))
