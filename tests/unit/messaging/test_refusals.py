"""A publisher knows that Kafka takes no records, from answers that aiokafka keeps for itself."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import NoError, NotEnoughReplicasError, NotLeaderForPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder, MessageBatch
from aiokafka.producer.producer import AIOKafkaProducer
from aiokafka.producer.sender import SendProduceReqHandler
from aiokafka.protocol.metadata import MetadataResponse_v1
from aiokafka.protocol.produce import ProduceResponse_v2

from shoal.messaging import KafkaSettings, PublishFailed
from shoal.messaging.clients.broker import kafka_producer
from shoal.messaging.publisher import KafkaPublisher
from unit.messaging.messagingkit import message

PLACE = TopicPartition(message(1).topic, 0)


@pytest.fixture
async def producer() -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer that was never started."""
    yield (unstarted := kafka_producer(KafkaSettings(), "test"))
    unstarted._closed = True


def answer(producer: AIOKafkaProducer, error: type) -> None:
    """Let the producer handle Kafka's answer for one batch of PLACE."""
    builder = BatchBuilder(1000, 0, is_transactional=False)
    builder.append(timestamp=None, key=b"1", value=b"1")
    batch = MessageBatch(PLACE, builder, 60, 0)
    handler = SendProduceReqHandler(producer._sender, {PLACE: batch})
    handler.handle_response(ProduceResponse_v2([(PLACE.topic, [(0, error.errno, -1, -1)])], 0))


async def test_who_waits_is_told_at_once_while_too_few_replicas_are_in_sync(
    producer: AIOKafkaProducer,
) -> None:
    publisher = KafkaPublisher(producer, timeout_s=30)
    answer(producer, NotEnoughReplicasError)
    with pytest.raises(PublishFailed, match=f"too few replicas of {PLACE.topic}"):
        await publisher.publish_promptly([message(1)])
    assert publisher.fault()
    assert publisher.fault({"another.topic"}) == ""
    answer(producer, NoError)
    assert publisher.fault() == ""


async def test_a_leader_that_moves_is_no_fault(producer: AIOKafkaProducer) -> None:
    answer(producer, NotLeaderForPartitionError)
    assert KafkaPublisher(producer, timeout_s=30).fault() == ""


async def test_a_partition_without_a_leader_is_a_fault(producer: AIOKafkaProducer) -> None:
    publisher = KafkaPublisher(producer, timeout_s=30)
    producer.client._topics.add(PLACE.topic)
    for leader, is_fault in ((-1, True), (1, False)):
        brokers = [(1, "127.0.0.1", 1, None)]
        topics = [(0, PLACE.topic, False, [(0, 0, 1, [1], [1]), (0, 1, leader, [1], [1])])]
        producer.client.cluster.update_metadata(MetadataResponse_v1(brokers, 1, topics))
        assert bool(publisher.fault()) is is_fault
