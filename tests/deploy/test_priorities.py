"""Which pods keep their place when nodes are short: servers with data, then HTTP APIs, then consumers."""

from deploy.manifestkit import COMPONENT, Manifests

DATA, API = "shoal-data", "shoal-api"
SYSTEM = 1_000_000_000
"""The first value that only Kubernetes' own classes may have."""


def data_servers(manifests: Manifests) -> dict[str, str | None]:
    """Return the class of the pods of each server with data."""
    pools = {
        pool["metadata"]["name"]: pool["spec"]["template"]["pod"].get("priorityClassName")
        for pool in manifests.of("KafkaNodePool")
    }
    qdrant = manifests.named("StatefulSet", "qdrant")["spec"]["template"]["spec"]
    postgres = manifests.named("Cluster", "postgres")["spec"]
    servers = {"qdrant": qdrant, "postgres": postgres}
    return pools | {name: spec.get("priorityClassName") for name, spec in servers.items()}


def test_servers_with_data_come_before_apis_and_apis_before_consumers(scaled: Manifests) -> None:
    values = {item["metadata"]["name"]: item["value"] for item in scaled.of("PriorityClass")}
    assert 0 < values[API] < values[DATA] < SYSTEM
    assert set(data_servers(scaled).values()) == {DATA}
    for workload in scaled.workloads:
        is_api = workload.labels.get(COMPONENT) == "api"
        expected = API if is_api else DATA if workload.name == "qdrant" else None
        assert workload.pod.get("priorityClassName") == expected, str(workload)


def test_no_class_changes_the_pods_of_others(scaled: Manifests) -> None:
    for item in scaled.of("PriorityClass"):
        assert item["globalDefault"] is False, item["metadata"]["name"]
        assert item["metadata"]["name"].startswith("shoal-")
        assert "namespace" not in item["metadata"]


def test_every_class_that_pods_name_is_there(manifests: Manifests) -> None:
    """A pod with an unknown class is refused."""
    named = {workload.pod.get("priorityClassName") for workload in manifests.workloads}
    named |= set(data_servers(manifests).values())
    assert named - {None} <= manifests.names("PriorityClass")
