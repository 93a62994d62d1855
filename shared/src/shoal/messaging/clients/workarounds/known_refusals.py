"""What Kafka answers for partitions that take no records: too few replicas are in sync, or none may lead.

aiokafka logs it and tries again, an idempotent producer without end, and its caller learns nothing.
"""

from collections.abc import Collection
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import NotEnoughReplicasAfterAppendError, NotEnoughReplicasError, for_code
from aiokafka.producer.sender import SendProduceReqHandler

_REFUSALS = (NotEnoughReplicasError, NotEnoughReplicasAfterAppendError)
_handle = SendProduceReqHandler.handle_response


def install_known_refusals() -> None:
    """Let every producer of this process remember the partitions whose batch waits after a refusal."""
    SendProduceReqHandler.handle_response = handle_response


def handle_response(handler: SendProduceReqHandler, response: Any) -> Any:
    """Handle a response as aiokafka does, and note which batches wait for replicas."""
    result = _handle(handler, response)
    refused = _refused_partitions(handler._sender)
    for topic, partitions in response.topics:
        for number, code, *_ in partitions:
            partition = TopicPartition(topic, number)
            batch = handler._batches.get(partition)
            if batch is not None and not batch.future.done() and for_code(code) in _REFUSALS:
                refused.add(partition)
            else:  # delivered, or given up: the next batch asks anew
                refused.discard(partition)
    return result


def refusal_of(producer: AIOKafkaProducer, topics: Collection[str] | None = None) -> str:
    """Return why Kafka takes no records for a partition of `topics`, by default of any; empty if it does."""
    sender = getattr(producer, "_sender", None)
    for partition in _refused_partitions(sender) if sender is not None else ():
        if topics is None or partition.topic in topics:
            return f"too few replicas of {partition.topic} are in sync"
    return _without_leader(producer, topics)


def _without_leader(producer: AIOKafkaProducer, topics: Collection[str] | None) -> str:
    """Return which topic has a partition without a leader, of those that the producer has sent to."""
    client = getattr(producer, "client", None)
    if client is None:
        return ""
    for topic in client._topics if topics is None else topics:
        partitions = client.cluster.partitions_for_topic(topic) or set()
        if partitions - (client.cluster.available_partitions_for_topic(topic) or set()):
            return f"a partition of {topic} has no leader"
    return ""


def _refused_partitions(sender: Any) -> set[TopicPartition]:
    refused: set[TopicPartition] = sender.__dict__.setdefault("refused_partitions", set())
    return refused
