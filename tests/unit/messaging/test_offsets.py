"""The end of a partition as a consumer knows it."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from shoal.messaging.clients.offsets import latest_end


async def test_a_partition_that_a_rebalance_took_away_ends_where_kafka_said() -> None:
    client, kept, lost = AIOKafkaConsumer(), TopicPartition("samples", 0), TopicPartition("samples", 1)
    client.assign([kept])
    assert latest_end(client, lost, 7) == 7
    assert latest_end(client, kept, 7) == 7
