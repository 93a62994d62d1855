"""Scaling by lag: one trigger for each topic and group, and never more replicas than partitions."""

from deploy.manifestkit import Manifests, Resource, Workload
from shoal.contracts.topics import TOPICS, group_service


def target_of(manifests: Manifests, scaled_object: Resource) -> Workload:
    """Return the Deployment that an autoscaler scales."""
    target = scaled_object["spec"]["scaleTargetRef"]
    (workload,) = [it for it in manifests.workloads if (it.kind, it.name) == (target["kind"], target["name"])]
    return workload


def works_on_topics(manifests: Manifests, workload: Workload) -> bool:
    """Return whether the pods consume."""
    return manifests.variables(workload.container).get("SHOAL_ROLE", "all") != "http"


def test_every_consumer_is_scaled_by_lag(scaled: Manifests) -> None:
    consumers = {it.name for it in scaled.deployments if it.service and works_on_topics(scaled, it)}
    assert {target_of(scaled, it).name for it in scaled.of("ScaledObject")} == consumers


def test_nothing_is_scaled_twice(scaled: Manifests) -> None:
    autoscalers = scaled.of("ScaledObject") + scaled.of("HorizontalPodAutoscaler")
    targets = [target_of(scaled, it).name for it in autoscalers]
    assert len(targets) == len(set(targets))
    for name in targets:
        assert "replicas" not in scaled.named("Deployment", name)["spec"], name


def test_each_topic_and_group_of_a_service_has_one_trigger(scaled: Manifests) -> None:
    for resource in scaled.of("ScaledObject"):
        service = target_of(scaled, resource).service
        watched = sorted(
            (it["metadata"]["topic"], it["metadata"]["consumerGroup"]) for it in resource["spec"]["triggers"]
        )
        consumed = sorted(
            (topic.name, group)
            for topic in TOPICS.values()
            for group in topic.groups
            if group_service(group) == service
        )
        assert watched == consumed, service


def test_replicas_never_exceed_partitions(scaled: Manifests) -> None:
    for resource in scaled.of("ScaledObject"):
        spec = resource["spec"]
        partitions = {
            scaled.named("KafkaTopic", it["metadata"]["topic"])["spec"]["partitions"]
            for it in spec["triggers"]
        }
        assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= min(partitions)
        assert spec["fallback"]["replicas"] <= spec["maxReplicaCount"]


def test_triggers_are_of_the_supported_type_and_all_their_values_are_texts(scaled: Manifests) -> None:
    for resource in scaled.of("ScaledObject"):
        for trigger in resource["spec"]["triggers"]:
            assert trigger["type"] == "kafka"  # apache-kafka is another, experimental scaler
            assert all(isinstance(value, str) for value in trigger["metadata"].values())
            assert trigger["metadata"]["allowIdleConsumers"] == "false"
            assert trigger["metadata"]["excludePersistentLag"] == "true"
            assert int(trigger["metadata"]["lagThreshold"]) > 0
        names = [trigger["name"] for trigger in resource["spec"]["triggers"]]
        assert len(names) == len(set(names))


def test_a_drop_of_the_lag_is_waited_out(scaled: Manifests) -> None:
    for resource in scaled.of("ScaledObject"):
        behavior = resource["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] >= 300


def test_keda_measures_where_the_services_consume(scaled: Manifests) -> None:
    (listener,) = scaled.named("Kafka", "kafka")["spec"]["kafka"]["listeners"]
    service = f"kafka-kafka-bootstrap.shoal.svc:{listener['port']}"
    for resource in scaled.of("ScaledObject"):
        for trigger in resource["spec"]["triggers"]:
            metadata = trigger["metadata"]
            assert metadata["bootstrapServers"] == service
            assert (metadata["sasl"], metadata["tls"]) == ("scram_sha512", "enable")
            assert trigger["authenticationRef"]["name"] in scaled.names("TriggerAuthentication")


def test_keda_logs_in_as_its_user(scaled: Manifests) -> None:
    spec = scaled.named("TriggerAuthentication", "kafka")["spec"]
    (username,) = spec["configMapTargetRef"]
    assert scaled.named("ConfigMap", username["name"])["data"][username["key"]] in scaled.names("KafkaUser")
    secrets = {it["parameter"]: (it["name"], it["key"]) for it in spec["secretTargetRef"]}
    assert secrets == {"password": ("kafka-keda", "password"), "ca": ("kafka-cluster-ca-cert", "ca.crt")}


def test_names_of_autoscalers_fit_the_label_that_holds_them(scaled: Manifests) -> None:
    for name in scaled.names("ScaledObject"):
        assert len(f"keda-hpa-{name}") <= 63
