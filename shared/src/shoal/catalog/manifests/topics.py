"""Strimzi's KafkaTopics: the topics that a service would create itself, with the same settings."""

from typing import Any

from shoal.contracts.topics import TOPICS
from shoal.messaging.clients.provisioning import new_topics

REPLICAS = 3
CLUSTER = "kafka"
API_VERSION = "kafka.strimzi.io/v1"


def kafka_topics() -> list[dict[str, Any]]:
    """Return every topic and dead-letter topic."""
    return [
        {
            "apiVersion": API_VERSION,
            "kind": "KafkaTopic",
            "metadata": {"name": topic.name, "labels": {"strimzi.io/cluster": CLUSTER}},
            "spec": {
                "partitions": topic.num_partitions,
                "replicas": topic.replication_factor,
                "config": _topic_configuration(topic.topic_configs),
            },
        }
        for topic in new_topics(TOPICS.values(), REPLICAS)
    ]


def _topic_configuration(settings: dict[str, str]) -> dict[str, str | int]:
    return {name: int(value) if value.isdigit() else value for name, value in settings.items()}
