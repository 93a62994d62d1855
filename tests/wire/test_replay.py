"""Dead letters go back to their topic as they were, once."""

from collections.abc import Sequence

import pytest

from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, KafkaSettings, Received, Rejection
from shoal.messaging.dead_letters.letters import ATTEMPT, letter_facts
from shoal.messaging.dead_letters.replay import Pile, Replayed, count_letters, pending_letters, replay_letters
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic, number, on_broker

pytestmark = pytest.mark.kafka


async def _refuse_all(settings: KafkaSettings, topic: Topic, count: int) -> None:
    """Leave `count` dead letters of `topic`."""

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        return [Rejection(received, "unknown_project", "project") for received in batch]

    async with connected(settings) as messaging:
        if count:
            await messaging.publisher.publish(messages(topic, count))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])

        async def refused() -> bool:
            return (await count_letters(settings, topic.dead_letters[0])).pending >= max(count, 1)

        await eventually(refused)


async def test_replay_returns_every_letter_once(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    letters = topic.dead_letters[0]
    await _refuse_all(settings, topic, 5)
    assert await count_letters(settings, letters) == Pile(letters, 5, 5)
    pending = await pending_letters(settings, letters, 3)
    assert [letter.facts["reason"] for letter in pending] == ["unknown_project"] * 3
    numbers = [int(letter.facts["key"].removeprefix("sample-")) for letter in pending]
    assert [letter.facts["project"] for letter in pending] == ["news"] * 3
    assert [letter.facts["correlation_id"] for letter in pending] == [f"event-{n}" for n in numbers]

    async with connected(settings) as messaging:
        assert await replay_letters(settings, messaging.publisher, letters, limit=2) == Replayed(2, 0, 3)
        assert await count_letters(settings, letters) == Pile(letters, 5, 3)
        assert await replay_letters(settings, messaging.publisher, letters) == Replayed(3, 0, 0)
        assert await replay_letters(settings, messaging.publisher, letters) == Replayed(0, 0, 0)

    records = await on_broker(settings, topic.name)
    assert len(records) == 10
    for original, again in zip(records[:5], records[5:], strict=True):
        assert (again.key, again.value) == (original.key, original.value)
        assert tuple(again.headers) == (*original.headers, (ATTEMPT, b"1"))


async def test_a_replayed_record_is_handled_and_counts_its_attempts(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    letters = topic.dead_letters[0]
    await _refuse_all(settings, topic, 1)
    async with connected(settings) as messaging:
        await replay_letters(settings, messaging.publisher, letters)
    await _refuse_all(settings, topic, 0)
    assert letter_facts((await on_broker(settings, letters))[1].headers)["attempt"] == "2"

    numbers: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        numbers.extend(number(received) for received in batch)
        return ()

    async with connected(settings) as messaging:
        await replay_letters(settings, messaging.publisher, letters)
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await eventually(lambda: numbers == [0])


async def test_a_topic_that_does_not_exist_has_no_letters(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    assert await count_letters(settings, "wire.never.made.dlq") == Pile("wire.never.made.dlq", 0, 0)
