"""Set consumer groups back to a moment, after their databases were."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from shoal.contracts.topics import TOPICS, Topic
from shoal.messaging.clients.broker import kafka_group_reader, kafka_subscribed_reader
from shoal.messaging.clients.history import offsets_since
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.settings import KafkaSettings

_CLIENT = "shoal-rewind"
Offsets = Mapping[TopicPartition, int]


class GroupInUse(Exception):
    """A consumer group has members, which would commit their own positions."""


@dataclass(frozen=True, slots=True)
class Rewound:
    """How many records of a topic a group will read again."""

    topic: str
    group: str
    records: int


async def rewind_groups(
    settings: KafkaSettings,
    since: datetime,
    *,
    topics: Iterable[Topic] = tuple(TOPICS.values()),
    dry_run: bool = False,
) -> list[Rewound]:
    """Set the groups of topics back to their records since `since`; none is moved forward.

    Raises GroupInUse if a group has members; others may be set back by then, and running this again goes on.
    """
    by_group: dict[str, list[str]] = defaultdict(list)
    for topic in topics:
        for group in topic.groups:
            by_group[group].append(topic.name)
    rewound = await asyncio.gather(
        *(
            _rewind_group(settings, since, group, topics=names, dry_run=dry_run)
            for group, names in by_group.items()
        )
    )
    return [line for lines in rewound for line in lines]


async def _rewind_group(
    settings: KafkaSettings, since: datetime, group: str, *, topics: Sequence[str], dry_run: bool
) -> list[Rewound]:
    partitions = [partition for topic in topics for partition in await topic_partitions(settings, topic)]
    async with kafka_group_reader(settings, _CLIENT, group) as client:
        spans = await partition_spans(client, partitions)
        committed = {partition: await client.committed(partition) or 0 for partition in partitions}
        offsets = await offsets_since(client, spans, since)
    back = {partition: offset for partition, offset in offsets.items() if offset < committed[partition]}
    if back and not dry_run:
        await _commit_as_member(settings, group, committed.keys(), back)
    return [
        Rewound(
            topic,
            group,
            sum(committed[partition] - back[partition] for partition in back if partition.topic == topic),
        )
        for topic in topics
    ]


async def _commit_as_member(
    settings: KafkaSettings, group: str, partitions: Collection[TopicPartition], offsets: Offsets
) -> None:
    """Commit as the only member of a group, which gets all of its partitions. Raises GroupInUse."""
    busy = f"group {group} has members; stop the services, wait until their sessions end, and run this again"
    topics = sorted({partition.topic for partition in partitions})
    client = kafka_subscribed_reader(settings, _CLIENT, group, *topics)
    await client.start()
    try:
        if client.assignment() != set(partitions):
            raise GroupInUse(busy)
        await client.commit({partition: OffsetAndMetadata(offsets[partition], "") for partition in offsets})
    except CommitFailedError as error:
        raise GroupInUse(busy) from error
    finally:
        await client.stop()
