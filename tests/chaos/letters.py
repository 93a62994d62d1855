"""What the broker holds: samples, and dead letters, of which those of poison are expected."""

from collections.abc import Sequence
from typing import Any

import ormsgpack
from aiokafka import AIOKafkaConsumer

from shoal.contracts.topics import SAMPLES_INGESTED, TOPICS
from shoal.messaging import KafkaSettings
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal_local.stack import Stack

POISON = b"poison"


def kafka_settings(stack: Stack) -> KafkaSettings:
    """Return the settings of the services of `stack`."""
    return KafkaSettings(bootstrap=stack.kafka_bootstrap, provision_topics=False)


async def all_letters(stack: Stack) -> list[Any]:
    """Return every record on the dead-letter topics."""
    return await read_topics(stack, [name for topic in TOPICS.values() for name in topic.dead_letters])


async def ingested_samples(stack: Stack) -> set[tuple[str, str]]:
    """Return the project and id of every sample that Kafka has."""
    records = await read_topics(stack, [SAMPLES_INGESTED.name])
    events = [ormsgpack.unpackb(record.value) for record in records if not record.key.startswith(POISON)]
    return {(event["project"], event["sample_id"]) for event in events}


async def read_topics(stack: Stack, names: Sequence[str]) -> list[Any]:
    """Return every record on the topics."""
    settings = kafka_settings(stack)
    client = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        places = [place for name in names for place in await topic_partitions(settings, name)]
        client.assign(places)
        spans = await partition_spans(client, places)
        await client.seek_to_beginning()
        records: list[Any] = []
        while len(records) < sum(end - start for start, end in spans.values()):
            for batch in (await client.getmany(timeout_ms=500)).values():
                records += batch
        return records
    finally:
        await client.stop()


async def unexpected_letters(stack: Stack) -> list[tuple[str, Any, dict[str, bytes]]]:
    """Return topic, key and headers of dead letters that no poison explains."""
    return [
        (letter.topic, letter.key, dict(letter.headers))
        for letter in await all_letters(stack)
        if not (letter.key or b"").startswith(POISON)
    ]
