"""Export the lag of consumer groups, measured by their commits."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shoal.messaging.clients.offsets import latest_end
from shoal.messaging.consuming.subscription import Subscription
from shoal.observability import metrics

INTERVAL_S = 5.0
_log = structlog.get_logger("shoal.messaging")


async def watch_lag(subscriptions: Sequence[Subscription]) -> None:
    """Export the lag of every assigned partition, and note whether Kafka answers, until cancelled.

    The lag is the end of the log less the committed offset, so it also shows commits that keep failing.
    """
    exported: dict[str, set[TopicPartition]] = {}
    while True:
        for subscription in subscriptions:
            name = subscription.consumer.name
            try:
                async with asyncio.timeout(INTERVAL_S):
                    exported[name] = await _export_lag(subscription, exported.get(name, set()))
                subscription.unreachable = ""
            except (KafkaError, TimeoutError) as error:
                subscription.unreachable = f"Kafka does not answer: {error!r}"
                _log.debug("lag_unknown", consumer=name, error=repr(error))
        await asyncio.sleep(INTERVAL_S)


async def _export_lag(subscription: Subscription, before: set[TopicPartition]) -> set[TopicPartition]:
    client, group = subscription.client, subscription.consumer.group
    assigned = set(client.assignment()) if client is not None else set()
    for partition in before - assigned:
        metrics.LAG.remove(partition.topic, group, str(partition.partition))
    if client is None:
        return assigned
    if not assigned:  # an idle replica must notice an outage of Kafka too
        await client.end_offsets([TopicPartition(subscription.consumer.topic.name, 0)])
    for partition, lag in (await _partition_lags(client, assigned)).items() if assigned else ():
        metrics.LAG.labels(partition.topic, group, str(partition.partition)).set(lag)
    return assigned


async def _partition_lags(
    client: AIOKafkaConsumer, partitions: set[TopicPartition]
) -> dict[TopicPartition, int]:
    ends = await client.end_offsets(partitions)
    starts = await client.beginning_offsets(partitions)
    lags = {}
    for partition in partitions:
        committed = await client.committed(partition)
        position = starts[partition] if committed is None else committed
        lags[partition] = max(0, latest_end(client, partition, ends[partition]) - position)
    return lags
