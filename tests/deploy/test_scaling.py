"""Who decides how many replicas there are: one autoscaler, or the overlay."""

from collections import Counter

from deploy.manifestkit import Manifests, overlay


def targets(manifests: Manifests, kind: str) -> list[str]:
    """Return the names of the Deployments that the autoscalers of a kind scale."""
    return [resource["spec"]["scaleTargetRef"]["name"] for resource in manifests.of(kind)]


def test_a_deployment_has_one_autoscaler_or_a_number_of_replicas(scaled: Manifests) -> None:
    scalers = Counter(targets(scaled, "HorizontalPodAutoscaler") + targets(scaled, "ScaledObject"))
    assert scalers.keys() <= scaled.names("Deployment")
    for workload in scaled.deployments:
        fixed = "replicas" in workload.resource["spec"]
        assert scalers[workload.name] + fixed <= 1, str(workload)


def test_production_has_no_single_replica() -> None:
    production = overlay("production")
    least = {
        resource["spec"]["scaleTargetRef"]["name"]: resource["spec"]["minReplicas"]
        for resource in production.of("HorizontalPodAutoscaler")
    }
    for name, count in least.items():
        assert count >= 2, name
    for workload in production.deployments:
        if any(port["name"] == "http" for port in workload.container["ports"]):
            assert workload.resource["spec"].get("replicas", least.get(workload.name, 1)) >= 2, str(workload)


def test_a_small_cluster_runs_one_replica_of_everything() -> None:
    small = overlay("dev-single")
    assert targets(small, "HorizontalPodAutoscaler") + targets(small, "ScaledObject") == []
    for workload in small.workloads:
        assert workload.resource["spec"].get("replicas", 1) == 1, str(workload)
    for kind, field in (("KafkaNodePool", "replicas"), ("Cluster", "instances")):
        assert {resource["spec"][field] for resource in small.of(kind)} <= {1}
