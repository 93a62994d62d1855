"""Strimzi's KafkaUsers, each with the rights that its work needs and no others.

A client of Kafka needs `Describe` to learn where a topic's partitions or a group's coordinator are.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, get_args

from shoal.catalog.manifests.topics import API_VERSION, CLUSTER
from shoal.contracts.topics import TOPICS, Service, Topic, dead_letter_topic, group_service
from shoal.messaging.dead_letters.replay import replay_group
from shoal.messaging.dead_letters.skipping import skip_group

OPERATOR = "dlq-operator"
"""The user of `shoal dlq`."""
RESTORER = "restore-operator"
"""The user of `shoal topics recover` and `rewind`."""
SCALER = "keda"
"""The user of KEDA, which measures the lag of consumer groups."""

Right = tuple[str, str, str]
"""Kind of the resource (topic or group), its name, and the operation."""


def kafka_users() -> list[dict[str, Any]]:
    """Return a user for each service, two for operators and one for KEDA."""
    rights = {name: list(service_rights(name)) for name in get_args(Service)}
    rights |= {OPERATOR: list(operator_rights()), RESTORER: list(restorer_rights())}
    rights |= {SCALER: list(scaler_rights())}
    return [_kafka_user(name, granted) for name, granted in rights.items()]


def service_rights(service: Service) -> Iterator[Right]:
    """Yield what a service does on topics and in groups."""
    for topic in TOPICS.values():
        if service in topic.producers:
            yield from _topic_rights(topic.name, "Write")
        if service in topic.readers:
            yield from _topic_rights(topic.name, "Read")
        for group in topic.groups:
            if group_service(group) == service:
                yield from _consumer_rights(topic, group)


def _consumer_rights(topic: Topic, group: str) -> Iterator[Right]:
    yield from _topic_rights(topic.name, "Read")
    yield from _group_rights(group, "Read")
    yield "group", skip_group(topic.name, group), "Describe"  # up to where an operator skips pauses
    letters = dead_letter_topic(topic.name, group)
    yield from _topic_rights(letters, "Write", "Read")  # Read: it counts the letters that were not replayed
    yield "group", replay_group(letters), "Describe"


def operator_rights() -> Iterator[Right]:
    """Yield what `shoal dlq` does: read letters, publish their records again, and mark what to skip."""
    for topic in TOPICS.values():
        for group in topic.groups:
            letters = dead_letter_topic(topic.name, group)
            yield from _topic_rights(topic.name, "Read", "Write")
            yield from _topic_rights(letters, "Read")
            yield from _group_rights(replay_group(letters), "Read")
            yield from _group_rights(skip_group(topic.name, group), "Read")
            yield "group", group, "Describe"


def restorer_rights() -> Iterator[Right]:
    """Yield what recovery does: read every topic, and commit earlier offsets for every group."""
    for topic in TOPICS.values():
        yield from _topic_rights(topic.name, "Read")
        for group in topic.groups:
            yield from _group_rights(group, "Read")


def scaler_rights() -> Iterator[Right]:
    """Yield what KEDA needs to compare the commits of groups with the ends of their topics."""
    for topic in TOPICS.values():
        for group in topic.groups:
            yield "topic", topic.name, "Describe"
            yield "group", group, "Describe"


def _topic_rights(topic: str, *operations: str) -> Iterator[Right]:
    yield from (("topic", topic, operation) for operation in (*operations, "Describe"))


def _group_rights(group: str, *operations: str) -> Iterator[Right]:
    yield from (("group", group, operation) for operation in (*operations, "Describe"))


def _kafka_user(name: str, rights: list[Right]) -> dict[str, Any]:
    operations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, resource, operation in rights:
        operations[kind, resource].add(operation)
    rules = [
        {
            "resource": {"type": kind, "name": resource, "patternType": "literal"},
            "operations": sorted(granted),
        }
        for (kind, resource), granted in sorted(operations.items(), reverse=True)
    ]
    return {
        "apiVersion": API_VERSION,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": rules},
        },
    }
