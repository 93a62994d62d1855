"""How far each consumer group is behind, by what it has committed."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shoal.messaging.clients.offsets import known_end
from shoal.messaging.consuming.subscription import Subscription
from shoal.observability import metrics

INTERVAL_S = 5.0
_log = structlog.get_logger("shoal.messaging")


async def watch_lag(subscriptions: Sequence[Subscription]) -> None:
    """Export the lag of every partition that is ours, and note whether Kafka answers, until cancelled.

    Committed offsets are compared with the end of the log, so that a commit that keeps failing shows too.
    """
    exported: dict[str, set[TopicPartition]] = {}
    while True:
        for subscription in subscriptions:
            name = subscription.consumer.name
            try:
                async with asyncio.timeout(INTERVAL_S):
                    exported[name] = await _export(subscription, exported.get(name, set()))
                subscription.unreachable = ""
            except (KafkaError, TimeoutError) as error:
                subscription.unreachable = f"Kafka does not answer: {error!r}"
                _log.debug("lag_unknown", consumer=name, error=repr(error))
        await asyncio.sleep(INTERVAL_S)


async def _export(subscription: Subscription, before: set[TopicPartition]) -> set[TopicPartition]:
    client, group = subscription.client, subscription.consumer.group
    ours = set(client.assignment()) if client is not None else set()
    for place in before - ours:
        metrics.LAG.remove(place.topic, group, str(place.partition))
    if client is None:
        return ours
    if not ours:  # an idle replica must notice as well that Kafka is away
        await client.end_offsets([TopicPartition(subscription.consumer.topic.name, 0)])
    for place, lag in (await _lags(client, ours)).items() if ours else ():
        metrics.LAG.labels(place.topic, group, str(place.partition)).set(lag)
    return ours


async def _lags(client: AIOKafkaConsumer, places: set[TopicPartition]) -> dict[TopicPartition, int]:
    ends = await client.end_offsets(places)
    starts = await client.beginning_offsets(places)
    lags = {}
    for place in places:
        committed = await client.committed(place)
        done = starts[place] if committed is None else committed
        lags[place] = max(0, known_end(client, place, ends[place]) - done)
    return lags
