"""Export the lag of consumer groups, measured by their commits: in records, and as the age of the oldest."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shoal.messaging.clients.offsets import latest_end
from shoal.messaging.consuming.ages import Ages, Waiting
from shoal.messaging.consuming.subscription import Subscription
from shoal.observability import metrics

INTERVAL_S = 5.0
ANSWER_S = 5.0
Spans = dict[TopicPartition, tuple[int, int]]
_log = structlog.get_logger("shoal.messaging")


async def watch_lag(subscriptions: Sequence[Subscription], ages: Ages) -> None:
    """Export the lag of every assigned partition, and note whether Kafka answers, until cancelled.

    The lag is the end of the log less the committed offset, so it also shows commits that keep failing.
    """
    exported: dict[str, set[TopicPartition]] = {}
    while True:
        for subscription in subscriptions:
            name, group = subscription.consumer.name, subscription.consumer.group
            client = subscription.client
            assigned = set(client.assignment()) if client is not None else set()
            for partition in exported.get(name, set()) - assigned:
                metrics.LAG.remove(partition.topic, group, str(partition.partition))
                ages.forget(group, partition)
            exported[name] = assigned
            if client is not None:
                await _measure_subscription(subscription, client, assigned, ages)
            ages.refresh(group)
        await asyncio.sleep(INTERVAL_S)


async def _measure_subscription(
    subscription: Subscription, client: AIOKafkaConsumer, assigned: set[TopicPartition], ages: Ages
) -> None:
    """Note whether Kafka answers, and export the lag if the group's coordinator answers too."""
    # An idle replica must notice an outage of Kafka too.
    partitions = assigned or {TopicPartition(subscription.consumer.topic.name, 0)}
    try:
        async with asyncio.timeout(ANSWER_S):
            spans = await _read_spans(client, partitions)
        subscription.note_reachability("")
    except (KafkaError, TimeoutError) as error:
        subscription.note_reachability(f"Kafka does not answer: {error!r}")
        return
    try:
        # Kafka reads no commits for a member that is joining its group: they wait on one connection.
        async with asyncio.timeout(ANSWER_S):
            await _export_lags(subscription, client, {at: spans[at] for at in assigned}, ages)
    except (KafkaError, TimeoutError) as error:
        _log.debug("lag_unknown", consumer=subscription.consumer.name, error=repr(error))


async def _read_spans(client: AIOKafkaConsumer, partitions: set[TopicPartition]) -> Spans:
    """Return the first offset and the end of each partition."""
    ends = await client.end_offsets(partitions)
    starts = await client.beginning_offsets(partitions)
    return {
        partition: (starts[partition], latest_end(client, partition, ends[partition]))
        for partition in partitions
    }


async def _export_lags(
    subscription: Subscription, client: AIOKafkaConsumer, spans: Spans, ages: Ages
) -> None:
    group = subscription.consumer.group
    for partition, (start, end) in spans.items():
        next_offset = max(start, await client.committed(partition) or 0)
        metrics.LAG.labels(partition.topic, group, str(partition.partition)).set(max(0, end - next_offset))
        waiting = Waiting(partition, next_offset, end)
        await ages.note(group, waiting, subscription.time_in_hand(partition, next_offset))
