"""A bad record costs only itself: it becomes a dead letter with a reason, its neighbours are handled."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from shoal.contracts import topics
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, OutgoingMessage, Received, Rejection, encode
from shoal.messaging.dead_letters.letters import letter_facts
from wire.wirekit import (
    NOON,
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


class Effects:
    """A handler that notes what it was given."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Rejection]:
        self.seen.extend(number(received) for received in batch)
        return ()


def with_headers(good: OutgoingMessage, change: dict[str, bytes]) -> OutgoingMessage:
    unchanged = tuple(pair for pair in good.headers if pair[0] not in change)
    return replace(good, headers=(*unchanged, *change.items()))


POISON: dict[str, tuple[Callable[[OutgoingMessage], OutgoingMessage], str, str]] = {
    "header": (
        lambda good: with_headers(good, {"ce_id": b"\xff\xfe"}),
        "envelope_invalid",
        "ce_id is not UTF-8",
    ),
    "no headers": (lambda good: replace(good, headers=()), "envelope_invalid", "ce_id is missing"),
    "type": (lambda good: with_headers(good, {"ce_type": b"x.v9"}), "type_unknown", "'x.v9'"),
    "bytes": (lambda good: replace(good, value=b"\xc1\xc1"), "value_unreadable", "MessagePack"),
    "half": (lambda good: replace(good, value=good.value[:40]), "value_unreadable", "MessagePack"),
    "fields": (lambda good: replace(good, value=b"\x80"), "event_invalid", "project: Field required"),
    "no object": (lambda good: replace(good, value=b"\x01"), "event_invalid", "SampleIngested"),
}


@pytest.mark.parametrize("poison", POISON)
async def test_poison_in_the_middle_of_a_batch(kafka_bootstrap: str, poison: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    change, reason, detail = POISON[poison]
    bad = change(message(topic, 5))
    effects = Effects()
    async with connected(settings) as messaging:
        await messaging.publisher.publish([*messages(topic, 5), bad, message(topic, 6), message(topic, 7)])
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=effects)])
        await eventually(lambda: len(effects.seen) >= 7)
    assert effects.seen == [0, 1, 2, 3, 4, 6, 7]
    (letter,) = await on_broker(settings, topic.dead_letters[0])
    assert letter.value == bad.value
    assert letter.key == bad.key
    assert tuple(letter.headers[: len(bad.headers)]) == bad.headers
    facts = letter_facts(letter.headers)
    assert facts["reason"] == reason
    assert detail in facts["detail"]
    assert (facts["topic"], facts["partition"], facts["offset"]) == (topic.name, "0", "5")
    assert (facts["group"], facts["attempt"], facts["version"]) == (topic.groups[0], "1", "1.2.3")
    assert await committed(settings, topic) == 8


async def test_poison_json(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, like=topics.PROJECTS_CHANGED)
    good = [_project(topic, name) for name in ("a", "b", "c", "d")]
    poison = [replace(good[1], value=b"{"), replace(good[2], value=good[2].value + b"," + good[3].value)]
    names: list[str] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        names.extend(received.event.project for received in batch)
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish([good[0], *poison, good[3]])
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await eventually(lambda: len(names) >= 2)
    assert names == ["a", "d"]
    letters = await on_broker(settings, topic.dead_letters[0])
    assert [letter.value for letter in letters] == [record.value for record in poison]


def _project(topic: Topic, name: str) -> OutgoingMessage:
    event = ProjectChanged(project=name, changed_at=NOON)
    return encode(topic, event, event_id=name, source="/shoal/test", time=NOON)


async def test_headers_that_are_not_ours_may_hold_anything(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    effects = Effects()
    async with connected(settings) as messaging:
        await messaging.publisher.publish([with_headers(message(topic, 1), {"vendor": b"\xff\x00"})])
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=effects)])
        await eventually(lambda: effects.seen == [1])
    assert await on_broker(settings, topic.dead_letters[0]) == []


async def test_a_handler_that_fails_on_one_of_a_hundred(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    effects: set[int] = set()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        for received in batch:
            if number(received) == 37:
                raise ZeroDivisionError("sample 37")
            effects.add(number(received))
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 100))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle, retry=QUICK)])
        await eventually(lambda: len(effects) == 99)
    assert effects == set(range(100)) - {37}
    (letter,) = await on_broker(settings, topic.dead_letters[0])
    assert letter_facts(letter.headers)["reason"] == "handler_error"
    assert letter_facts(letter.headers)["detail"] == "ZeroDivisionError: sample 37"
    assert await committed(settings, topic) == 100


async def test_records_that_the_handler_refuses(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    effects: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        odd = [received for received in batch if number(received) % 10 == 3]
        effects.extend(number(received) for received in batch if received not in odd)
        return [Rejection(received, "unknown_project", "project: create it first") for received in odd * 2]

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 30))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await eventually(lambda: len(effects) == 27)
    letters = await on_broker(settings, topic.dead_letters[0])
    assert sorted(letter_facts(letter.headers)["offset"] for letter in letters) == ["13", "23", "3"]
    assert {letter_facts(letter.headers)["reason"] for letter in letters} == {"unknown_project"}
