"""Count, read and replay dead letters."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shoal.messaging.clients.backlog import count_backlog
from shoal.messaging.clients.broker import kafka_group_reader, kafka_subscribed_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.positions import read_records
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.dead_letters.letters import (
    event_facts,
    letter_facts,
    original_record,
    repeated_record,
    summarised_places,
)
from shoal.messaging.records.messages import OutgoingMessage, Publisher

_CLIENT = "shoal-dlq"
_BATCH = 200


class ReplayBusy(Exception):
    """Another replay of the same dead-letter topic is running; two would publish everything twice."""


@dataclass(frozen=True, slots=True)
class Pile:
    """The number of dead letters on a topic, and of those that were not replayed yet."""

    topic: str
    total: int
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter.

    `facts` name the event (`event_facts`), then where, when and why it was rejected (`letter_facts`).
    `message` is the record to replay; None if its headers are not those of a dead letter, or if the letter
    holds a part of the record only. `places` are partition and offset of the records of a summary.
    """

    partition: TopicPartition
    offset: int
    facts: dict[str, str]
    message: OutgoingMessage | None
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """The counts of a replay."""

    replayed: int
    unreadable: int
    pending: int


def replay_group(dead_letter_topic: str) -> str:
    """Return the consumer group whose commits record the progress of replays."""
    return f"{dead_letter_topic}.replay"


async def count_letters(settings: KafkaSettings, topic: str) -> Pile:
    """Count the dead letters on `topic`; a missing topic has none."""
    return Pile(topic, *await count_backlog(settings, _CLIENT, topic, replay_group(topic)))


async def pending_letters(settings: KafkaSettings, topic: str, limit: int) -> list[DeadLetter]:
    """Return at most `limit` dead letters that were not replayed yet, oldest first in each partition."""
    async with _unjoined_client(settings, topic) as client:
        ends = {}
        for partition, (start, end) in (
            await partition_spans(client, await topic_partitions(settings, topic))
        ).items():
            client.seek(partition, max(start, await client.committed(partition) or 0))
            ends[partition] = end
        pending: list[DeadLetter] = []
        async for letters in _letter_batches(client, ends, limit):
            pending.extend(letters)
        return pending


async def replay_letters(
    settings: KafkaSettings, publisher: Publisher, topic: str, limit: int | None = None
) -> Replayed:
    """Publish pending dead letters to their original topics, and commit each batch once the broker has it.

    The group `replay_group(topic)` records the progress, so a letter is replayed once, however often this
    runs. Only a crash between publishing and committing repeats a batch, which consumers recognise by its
    event ids. Raises ReplayBusy, PublishFailed.
    """
    ends = await _partition_ends(settings, topic)
    client = kafka_subscribed_reader(settings, _CLIENT, replay_group(topic), topic)
    await client.start()
    try:
        if client.assignment() != ends.keys():
            raise ReplayBusy(f"another replay of {topic} is running")
        replayed = unreadable = 0
        async for letters in _letter_batches(client, ends, limit):
            messages, missing = await _messages_of(settings, letters)
            await publisher.publish(messages)
            await client.commit({letter.partition: letter.offset + 1 for letter in letters})
            replayed += len(messages)
            unreadable += missing
        left = [max(0, end - await client.position(partition)) for partition, end in ends.items()]
        return Replayed(replayed, unreadable, sum(left))
    finally:
        await client.stop()


async def _letter_batches(
    client: AIOKafkaConsumer, ends: dict[TopicPartition, int], limit: int | None
) -> AsyncIterator[list[DeadLetter]]:
    """Yield the letters between the positions and `ends` in batches, at most `limit` letters."""
    left = limit
    while (left is None or left > 0) and await _is_behind(client, ends):
        size = _BATCH if left is None else min(_BATCH, left)
        batches = await client.getmany(timeout_ms=500, max_records=size)
        letters = [_parse_letter(record) for records in batches.values() for record in records]
        letters = [letter for letter in letters if letter.offset < ends[letter.partition]]
        if letters:
            left = None if left is None else left - len(letters)
            yield letters


async def _messages_of(
    settings: KafkaSettings, letters: Sequence[DeadLetter]
) -> tuple[list[OutgoingMessage], int]:
    """Return the records to publish again, and how many cannot be."""
    messages: list[OutgoingMessage] = []
    missing = 0
    for letter in letters:
        if letter.message is not None:
            messages.append(letter.message)
        elif letter.places:
            records = await read_records(settings, letter.facts["topic"], letter.places)
            messages += [repeated_record(record) for record in records]
            missing += len(letter.places) - len(records)
        else:
            missing += 1
    return messages, missing


async def _is_behind(client: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    return any([await client.position(partition) < end for partition, end in ends.items()])


async def _partition_ends(settings: KafkaSettings, topic: str) -> dict[TopicPartition, int]:
    async with _unjoined_client(settings, topic) as client:
        spans = await partition_spans(client, await topic_partitions(settings, topic))
        return {partition: end for partition, (_, end) in spans.items()}


def _parse_letter(record: ConsumerRecord[bytes, bytes]) -> DeadLetter:
    partition = TopicPartition(record.topic, record.partition)
    event = event_facts(record.headers, record.key, record.value or b"")
    facts, message = {**event, **letter_facts(record.headers)}, None
    places: list[tuple[int, int]] = []
    try:
        if "records" in facts:
            places = summarised_places(record.value or b"")
        else:
            message = original_record(record.headers, record.key, record.value or b"")
    except (KeyError, ValueError):
        pass
    return DeadLetter(
        partition=partition, offset=record.offset, facts=facts, message=message, places=tuple(places)
    )


@asynccontextmanager
async def _unjoined_client(settings: KafkaSettings, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a client that sees the replay group's commits without joining it."""
    client = kafka_group_reader(settings, _CLIENT, replay_group(topic))
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
