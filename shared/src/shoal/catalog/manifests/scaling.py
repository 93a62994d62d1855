"""KEDA's ScaledObjects: replicas of each worker by the lag of its consumer groups."""

from collections.abc import Iterator
from typing import Any, get_args

from shoal.contracts.topics import TOPICS, Service, Topic, group_service

BOOTSTRAP = "kafka-kafka-bootstrap.shoal.svc:9093"  # KEDA runs in another namespace
AUTHENTICATION = "kafka"
FEWEST_REPLICAS = 2  # one may be drained from its node while the other works
STABLE_S = 300  # each step makes every member join its group again
LAG = 1_000
"""Records that one replica may be behind. Replicas consume several hundred a second or more, so a group keeps
its lag of seconds; a lower number would add replicas for the lag between two commits."""
SLOW_LAG = {"samples.ingested": 3_000}
"""A batch of the embedder has 512 samples, which count as lag until all of them are stored."""
PROTOCOL = "3.0.0"
"""KEDA's default, 1.0.0, asks in versions of the protocol that Kafka 4 no longer speaks (KIP-896)."""


def scaled_objects() -> list[dict[str, Any]]:
    """Return a ScaledObject for the workers of each service."""
    return [_scaled_object(service) for service in get_args(Service)]


def worker_name(service: Service) -> str:
    """Return the name of the Deployment that consumes topics."""
    return "embedder" if service == "embedder" else f"{service}-worker"


def _consumed_topics(service: Service) -> Iterator[tuple[Topic, str]]:
    for topic in TOPICS.values():
        yield from ((topic, group) for group in topic.groups if group_service(group) == service)


def _scaled_object(service: Service) -> dict[str, Any]:
    consumed = list(_consumed_topics(service))
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": worker_name(service)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": worker_name(service)},
            "pollingInterval": 30,
            "cooldownPeriod": STABLE_S,
            "minReplicaCount": FEWEST_REPLICAS,
            "maxReplicaCount": min(topic.partitions for topic, _ in consumed),
            "fallback": {
                "failureThreshold": 3,
                "replicas": FEWEST_REPLICAS,
                "behavior": "currentReplicasIfHigher",
            },
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _scaling_behavior()}},
            "triggers": [_lag_trigger(topic, group) for topic, group in consumed],
        },
    }


def _scaling_behavior() -> dict[str, Any]:
    return {
        "scaleUp": {
            "stabilizationWindowSeconds": 60,
            "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": STABLE_S,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": STABLE_S}],
        },
    }


def _lag_trigger(topic: Topic, group: str) -> dict[str, Any]:
    return {
        "type": "kafka",
        "name": topic.name.replace(".", "-"),
        "metadata": {
            "bootstrapServers": BOOTSTRAP,
            "version": PROTOCOL,
            "consumerGroup": group,
            "topic": topic.name,
            "lagThreshold": str(SLOW_LAG.get(topic.name, LAG)),
            "offsetResetPolicy": "earliest",  # as the consumers
            "allowIdleConsumers": "false",
            "excludePersistentLag": "true",  # more replicas do not help a partition that stands still
            "sasl": "scram_sha512",
            "tls": "enable",
        },
        "authenticationRef": {"name": AUTHENTICATION},
    }
