"""Kafka by Strimzi: topics, users and their rights are those of the registry, and the services use them."""

from pathlib import Path
from typing import Any, get_args

import pytest

from deploy.manifestkit import K8S, PACKAGES, Manifests, Resource
from shoal.catalog.manifests.writing import render_manifests, write_files
from shoal.contracts.topics import (
    DEAD_LETTER_RETENTION_HOURS,
    TOPICS,
    Service,
    Topic,
    dead_letter_topic,
    group_service,
)
from shoal.messaging.clients.provisioning import new_topics

DEAD_LETTERS = {name: topic for topic in TOPICS.values() for name in topic.dead_letters}
OPERATORS = {"dlq-operator", "restore-operator", "keda"}


def rights_of(manifests: Manifests, user: str) -> dict[tuple[str, str], set[str]]:
    """Return the operations of a user by kind and name of the resource."""
    rules = manifests.named("KafkaUser", user)["spec"]["authorization"]["acls"]
    return {(it["resource"]["type"], it["resource"]["name"]): set(it["operations"]) for it in rules}


def nodes(manifests: Manifests, role: str) -> list[Resource]:
    """Return the pools of nodes that have a role."""
    return [pool for pool in manifests.of("KafkaNodePool") if role in pool["spec"]["roles"]]


@pytest.mark.parametrize("name", list(render_manifests()))
def test_generated_files_are_current(name: str) -> None:
    assert (K8S / "components" / name).read_text("utf-8") == render_manifests()[name], "run make manifests"


def test_writing_changes_only_what_differs(tmp_path: Path) -> None:
    assert len(write_files(tmp_path)) == len(render_manifests())
    assert write_files(tmp_path) == []
    (tmp_path / "keda" / "scaledobjects.yaml").write_text("old")
    assert [path.name for path in write_files(tmp_path)] == ["scaledobjects.yaml"]


def test_every_topic_of_the_registry_is_a_topic_and_no_other(manifests: Manifests) -> None:
    assert manifests.names("KafkaTopic") == set(TOPICS) | set(DEAD_LETTERS)


def test_topics_are_as_a_service_would_create_them(manifests: Manifests) -> None:
    created = {
        replicas: {topic.name: topic for topic in new_topics(TOPICS.values(), replicas)}
        for replicas in (1, 3)
    }
    for resource in manifests.of("KafkaTopic"):
        spec = resource["spec"]
        topic = created[spec["replicas"]][resource["metadata"]["name"]]
        config = {key: str(value) for key, value in spec["config"].items()}
        assert spec["partitions"] == topic.num_partitions
        assert config == {"min.insync.replicas": "1"} | topic.topic_configs  # Kafka's default
        assert resource["metadata"]["labels"]["strimzi.io/cluster"] in manifests.names("Kafka")


def test_dead_letters_stay_a_month(manifests: Manifests) -> None:
    for name in DEAD_LETTERS:
        config = manifests.named("KafkaTopic", name)["spec"]["config"]
        assert config["retention.ms"] == DEAD_LETTER_RETENTION_HOURS * 3_600_000
        assert config["cleanup.policy"] == "delete"


def test_an_acknowledged_record_is_on_two_brokers(scaled: Manifests) -> None:
    for topic in scaled.of("KafkaTopic"):
        assert topic["spec"]["replicas"] == 3, topic["metadata"]["name"]
        assert topic["spec"]["config"]["min.insync.replicas"] == 2
    config = scaled.named("Kafka", "kafka")["spec"]["kafka"]["config"]
    assert config["default.replication.factor"] == config["offsets.topic.replication.factor"] == 3
    assert config["min.insync.replicas"] == config["transaction.state.log.min.isr"] == 2


def test_brokers_suffice_for_the_replicas(manifests: Manifests) -> None:
    brokers = sum(pool["spec"]["replicas"] for pool in nodes(manifests, "broker"))
    config = manifests.named("Kafka", "kafka")["spec"]["kafka"]["config"]
    factors = [topic["spec"]["replicas"] for topic in manifests.of("KafkaTopic")]
    factors += [value for key, value in config.items() if key.endswith("replication.factor")]
    assert set(factors) == {min(3, brokers)}
    for topic in manifests.of("KafkaTopic"):
        spec = topic["spec"]
        assert spec["config"]["min.insync.replicas"] <= spec["replicas"]
    assert config["transaction.state.log.min.isr"] <= config["transaction.state.log.replication.factor"]


def test_controllers_and_brokers_are_apart(scaled: Manifests) -> None:
    controllers, brokers = nodes(scaled, "controller"), nodes(scaled, "broker")
    assert [pool["metadata"]["name"] for pool in controllers] == ["controllers"]
    assert [pool["metadata"]["name"] for pool in brokers] == ["brokers"]
    assert controllers[0]["spec"]["replicas"] == 3  # a quorum survives the loss of one


def test_kafka_creates_no_topic_of_its_own(manifests: Manifests) -> None:
    assert manifests.named("Kafka", "kafka")["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False


def test_commits_of_replays_outlive_the_dead_letters(manifests: Manifests) -> None:
    minutes = manifests.named("Kafka", "kafka")["spec"]["kafka"]["config"]["offsets.retention.minutes"]
    assert minutes > DEAD_LETTER_RETENTION_HOURS * 60


def test_there_is_a_user_for_each_service_and_two_for_people_and_scaling(manifests: Manifests) -> None:
    assert manifests.names("KafkaUser") == {*get_args(Service), *OPERATORS}
    for user in manifests.of("KafkaUser"):
        assert user["spec"]["authentication"] == {"type": "scram-sha-512"}
        assert user["spec"]["authorization"]["type"] == "simple"


def test_rights_name_single_topics_and_groups(manifests: Manifests) -> None:
    for user in manifests.of("KafkaUser"):
        for rule in user["spec"]["authorization"]["acls"]:
            assert rule["resource"]["type"] in ("topic", "group")
            assert rule["resource"]["patternType"] == "literal"
            assert set(rule["operations"]) <= {"Read", "Write", "Describe"}
            assert "Describe" in rule["operations"]


def test_rights_are_on_topics_that_exist(manifests: Manifests) -> None:
    for user in manifests.names("KafkaUser"):
        topics = {name for kind, name in rights_of(manifests, user) if kind == "topic"}
        assert topics <= manifests.names("KafkaTopic")


def expected_topics(service: str, operation: str) -> set[str]:
    """Return what the registry lets a service do."""

    def consumes(topic: Topic) -> bool:
        return any(group_service(group) == service for group in topic.groups)

    mine = {
        dead_letter_topic(topic.name, group)
        for topic in TOPICS.values()
        for group in topic.groups
        if group_service(group) == service
    }
    if operation == "Write":
        return mine | {topic.name for topic in TOPICS.values() if service in topic.producers}
    return mine | {it.name for it in TOPICS.values() if consumes(it) or service in it.readers}


@pytest.mark.parametrize("service", PACKAGES)
@pytest.mark.parametrize("operation", ["Read", "Write"])
def test_a_service_touches_its_own_topics_only(manifests: Manifests, service: str, operation: str) -> None:
    rights = rights_of(manifests, service)
    granted = {
        name for (kind, name), operations in rights.items() if kind == "topic" and operation in operations
    }
    assert granted == expected_topics(service, operation)


@pytest.mark.parametrize("service", PACKAGES)
def test_a_service_joins_its_own_groups_only(manifests: Manifests, service: str) -> None:
    joined = {
        name
        for (kind, name), operations in rights_of(manifests, service).items()
        if kind == "group" and "Read" in operations
    }
    groups = {group for topic in TOPICS.values() for group in topic.groups}
    assert joined == {group for group in groups if group_service(group) == service}


def test_scaling_may_read_no_record(manifests: Manifests) -> None:
    assert {operation for found in rights_of(manifests, "keda").values() for operation in found} == {
        "Describe"
    }


def test_services_log_in_as_their_users(manifests: Manifests) -> None:
    kafka: dict[str, Any] = manifests.named("Kafka", "kafka")["spec"]
    (listener,) = kafka["kafka"]["listeners"]
    prefix = kafka["entityOperator"]["userOperator"]["secretPrefix"]
    for workload in manifests.deployments:
        if service := workload.service:
            variables = manifests.variables(workload.container)
            assert variables["SHOAL_KAFKA_BOOTSTRAP"] == f"kafka-kafka-bootstrap:{listener['port']}"
            assert variables["SHOAL_KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
            assert variables["SHOAL_KAFKA_SASL_MECHANISM"] == "SCRAM-SHA-512"
            assert variables["SHOAL_KAFKA_SASL_USERNAME"] == service
            assert variables["SHOAL_KAFKA_SASL_PASSWORD"] == f"{prefix}{service}/password"
            assert variables["SHOAL_KAFKA_PROVISION_TOPICS"] == "false"
            (volume,) = [it for it in workload.pod["volumes"] if it["name"] == "kafka-ca"]
            assert volume["secret"]["secretName"] == "kafka-cluster-ca-cert"
            mounts = {it["name"]: it["mountPath"] for it in workload.container["volumeMounts"]}
            assert variables["SHOAL_KAFKA_SSL_CAFILE"] == f"{mounts['kafka-ca']}/ca.crt"
    assert listener["tls"] is True
    assert listener["authentication"] == {"type": "scram-sha-512"}


def test_pods_of_kafka_meet_the_restricted_standard(manifests: Manifests) -> None:
    """Strimzi sets nothing of this itself unless its operator is told to.

    A pool with a template of its own takes nothing from that of the Kafka resource.
    """
    kafka = manifests.named("Kafka", "kafka")["spec"]
    pools = [pool["spec"]["template"] for pool in manifests.of("KafkaNodePool")]
    parts = [
        *((pool, {"kafkaContainer", "initContainer"}) for pool in pools),
        (kafka["entityOperator"]["template"], {"topicOperatorContainer", "userOperatorContainer"}),
        (kafka["kafkaExporter"]["template"], {"container"}),
    ]
    for template, containers in parts:
        pod = template["pod"]["securityContext"]
        assert pod["runAsNonRoot"] is True
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
        for name in containers:
            security = template[name]["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
