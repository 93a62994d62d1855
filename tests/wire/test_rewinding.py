"""The past of a topic is read from a time on, and groups without members go back to it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, KafkaSettings, Received, Rejection
from shoal.messaging.clients.history import TopicHistory
from shoal.messaging.clients.rewinding import GroupInUse, Rewound, rewind_groups
from wire.wirekit import committed, connected, eventually, kafka_settings, messages, new_topic, number

pytestmark = pytest.mark.kafka


async def publish_twice(settings: KafkaSettings, topic: Topic, count: int) -> datetime:
    """Publish `count` records, and as many some time later; return a time in between."""
    batch = messages(topic, 2 * count)
    async with connected(settings) as messaging:
        await messaging.publisher.publish(batch[:count])
        await asyncio.sleep(0.5)
        between = datetime.now(UTC)
        await asyncio.sleep(0.5)
        await messaging.publisher.publish(batch[count:])
    return between


async def read_all(settings: KafkaSettings, topic: Topic) -> list[int]:
    """Let the group read the topic to its end; return what it read."""
    read: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        read.extend(map(number, batch))
        return []

    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])

        async def is_read() -> bool:
            return await committed(settings, topic) == 12

        await eventually(is_read)
    return sorted(read)


async def past_of(settings: KafkaSettings, topic: Topic, since: datetime) -> list[int]:
    history = TopicHistory(settings, since)
    return sorted([number(record) async for batch in history.read(topic) for record in batch])


async def rewind(
    settings: KafkaSettings, topic: Topic, since: datetime, *, dry_run: bool = False
) -> list[Rewound]:
    return await rewind_groups(settings, since, topics=[topic], dry_run=dry_run)


async def test_history_begins_at_a_time_and_ends(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=3)
    assert await past_of(settings, topic, datetime.now(UTC)) == []
    between = await publish_twice(settings, topic, 6)
    assert await past_of(settings, topic, between) == list(range(6, 12))
    assert await past_of(settings, topic, between - timedelta(hours=1)) == list(range(12))
    assert await past_of(settings, topic, between + timedelta(hours=1)) == []


async def test_a_group_goes_back_to_a_time_and_never_forward(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=3)
    group, between = topic.groups[0], await publish_twice(settings, topic, 6)
    assert await rewind(settings, topic, between) == [Rewound(topic.name, group, 0)]
    assert await read_all(settings, topic) == list(range(12))
    assert await rewind(settings, topic, between, dry_run=True) == [Rewound(topic.name, group, 6)]
    assert await rewind(settings, topic, between) == [Rewound(topic.name, group, 6)]
    assert await rewind(settings, topic, between + timedelta(hours=1)) == [Rewound(topic.name, group, 0)]
    assert await read_all(settings, topic) == list(range(6, 12))


async def test_a_group_that_has_members_stays(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=3)
    between = await publish_twice(settings, topic, 6)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        return []

    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])

        async def is_read() -> bool:
            return await committed(settings, topic) == 12

        await eventually(is_read)
        with pytest.raises(GroupInUse, match=topic.groups[0]):
            await rewind(settings, topic, between)
