"""Publishing while Kafka is away, and with a producer that cannot deliver any more."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka.errors import OutOfOrderSequenceNumber, RecordListTooLargeError

from shoal.messaging import MessageTooLarge, PublishFailed
from shoal.messaging.publisher import KafkaPublisher
from unit.messaging.messagingkit import message

SLACK_S = 10.0  # of a busy machine; without the promise it is waited for for 30 s


class Producer:
    """A producer whose deliveries all end in the same way; None: they do not end."""

    def __init__(self, result: object = None) -> None:
        self.result = result
        self.sent: list[asyncio.Future[Any]] = []
        self.stopped = asyncio.Event()

    async def send(self, *_: Any, **__: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent.append(future)
        if isinstance(self.result, Exception):
            future.set_exception(self.result)
        elif self.result is not None:
            future.set_result(self.result)
        return future

    async def stop(self) -> None:
        self.stopped.set()


class Kafka:
    """Answers or not, and counts the questions."""

    def __init__(self, *, answers: bool) -> None:
        self.answers, self.questions = answers, 0

    async def __call__(self) -> bool:
        self.questions += 1
        return self.answers


def publisher_of(producer: Producer, kafka: Kafka) -> KafkaPublisher:
    return KafkaPublisher(producer, timeout_s=30, kafka_answers=kafka)


async def test_who_waits_gets_an_error_within_two_seconds_while_kafka_is_away() -> None:
    producer, kafka = Producer(), Kafka(answers=False)
    started = time.monotonic()
    with pytest.raises(PublishFailed, match="Kafka does not answer"):
        await publisher_of(producer, kafka).publish_promptly([message(1)])
    assert time.monotonic() - started < 2 + SLACK_S
    assert len(producer.sent) == 1


async def test_nothing_more_is_sent_until_kafka_answers_again() -> None:
    producer, kafka = Producer(), Kafka(answers=False)
    publisher = publisher_of(producer, kafka)
    for _ in range(3):
        with pytest.raises(PublishFailed):
            await publisher.publish_promptly([message(1)])
    assert len(producer.sent) == 1  # what was on its way when the outage was noticed
    kafka.answers, producer.result = True, "delivered"
    await publisher.publish_promptly([message(1)])
    assert len(producer.sent) == 2
    asked = kafka.questions
    await publisher.publish_promptly([message(1)])
    assert kafka.questions == asked  # nothing is asked while all is well


async def test_a_slow_kafka_is_waited_for() -> None:
    producer, kafka = Producer(), Kafka(answers=True)
    work = asyncio.create_task(publisher_of(producer, kafka).publish_promptly([message(1)]))
    async with asyncio.timeout(60):
        while kafka.questions < 2:
            await asyncio.sleep(0.01)
    assert not work.done()
    producer.sent[0].set_result("delivered")
    await work


async def test_a_producer_that_kafka_has_forgotten_is_replaced() -> None:
    dead, alive = Producer(OutOfOrderSequenceNumber()), Producer("delivered")

    async def open_producer() -> Producer:
        return alive

    publisher = KafkaPublisher(dead, timeout_s=5, open_producer=open_producer)
    with pytest.raises(PublishFailed):
        await publisher.publish([message(1), message(2)])
    await publisher.publish([message(1), message(2)])
    assert len(alive.sent) == 2
    await publisher.close()
    assert dead.stopped.is_set()
    assert alive.stopped.is_set()


async def test_a_producer_that_cannot_be_replaced_yet_is_tried_again() -> None:
    dead, alive, away = Producer(OutOfOrderSequenceNumber()), Producer("delivered"), True

    async def open_producer() -> Producer:
        if away:
            raise ConnectionRefusedError
        return alive

    publisher = KafkaPublisher(dead, timeout_s=5, open_producer=open_producer)
    with pytest.raises(PublishFailed):
        await publisher.publish([message(1)])
    away = False
    with pytest.raises(PublishFailed):
        await publisher.publish([message(1)])
    await publisher.publish([message(1)])


async def test_a_batch_above_the_limit_of_the_topic_is_no_outage() -> None:
    with pytest.raises(MessageTooLarge):
        await KafkaPublisher(Producer(RecordListTooLargeError()), timeout_s=5).publish([message(1)])
