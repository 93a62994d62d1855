"""Records that nobody can process, one of each kind for every topic that somebody reads."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

import shoal.contracts
from chaos.letters import POISON, kafka_settings
from shoal.clock import utc_now
from shoal.contracts.topics import TOPICS, Topic
from shoal.messaging import OutgoingMessage, encode
from shoal.messaging.clients.broker import MAX_MESSAGE_BYTES
from shoal_local.stack import Stack

EXAMPLES = Path(shoal.contracts.__file__).parent / "examples"
Headers = list[tuple[str, bytes]]


class NotUtf8(str):
    """A header name that aiokafka's encoder writes as bytes that are not UTF-8."""

    def encode(self, *_: object) -> bytes:  # type: ignore[override]
        return b"name-\xff"


async def send_bad_header_name(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(
        2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=1 << 20
    )
    headers = [*good.headers, (NotUtf8("odd"), b"1")]
    batch.append(timestamp=None, key=key, value=good.value, headers=headers)
    await producer.send_batch(batch, topic, partition=0)


async def send_bad_timestamp(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    moment = -(2**62)
    headers = list(good.headers)
    await producer.send(topic, good.value, key=key, headers=headers, timestamp_ms=moment, partition=0)


async def send_large_value(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    value = b"\xc1" + b" " * (MAX_MESSAGE_BYTES + 100_000)
    await producer.send(topic, value, key=key, headers=list(good.headers), partition=0)


async def send_bytes(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    await producer.send(topic, b"\xc1\x00", key=key, headers=list(good.headers), partition=0)


async def send_empty_object(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    value = b"{}" if good.value[:1] == b"{" else b"\x80"
    await producer.send(topic, value, key=key, headers=list(good.headers), partition=0)


async def send_without_envelope(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    await producer.send(topic, good.value, key=key, partition=0)


async def send_unknown_type(producer: AIOKafkaProducer, topic: str, key: bytes, good: Any) -> None:
    headers = [(name, b"shoal.nothing.v9" if name == "ce_type" else value) for name, value in good.headers]
    await producer.send(topic, good.value, key=key, headers=headers, partition=0)


KINDS: dict[str, Callable[[AIOKafkaProducer, str, bytes, Any], Awaitable[None]]] = {
    "header-name": send_bad_header_name,
    "timestamp": send_bad_timestamp,
    "size": send_large_value,
    "bytes": send_bytes,
    "fields": send_empty_object,
    "envelope": send_without_envelope,
    "type": send_unknown_type,
}


def poison_key(kind: str) -> bytes:
    """Return the key by which a dead letter is known as one of ours."""
    return POISON + b"-" + kind.encode()


def topics_with_readers() -> Iterator[Topic]:
    """Yield every topic that a service reads."""
    yield from (topic for topic in TOPICS.values() if topic.groups or topic.readers)


def good_message(topic: Topic) -> OutgoingMessage:
    """Return the contract's example of the topic's event."""
    (model,) = topic.events
    folder = EXAMPLES / model.TYPE.removeprefix("shoal.").removesuffix(".v1") / "v1"
    event = model.model_validate_json(min(folder.glob("*.json")).read_bytes())
    return encode(topic, event, event_id="poison", source="/shoal/test", time=utc_now())


async def poison_every_topic(stack: Stack) -> None:
    """Send one record of each kind to every topic, past the checks of Shoal's own producer."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka_settings(stack).bootstrap,
        compression_type="gzip",
        max_request_size=1 << 26,
        acks="all",
    )
    async with producer:
        for topic in topics_with_readers():
            good = good_message(topic)
            for kind, send in KINDS.items():
                await send(producer, topic.name, poison_key(kind), good)
            await producer.flush()
