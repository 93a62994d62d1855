"""Qdrant: a cluster that keeps every vector twice, and answers only clients with its key."""

from deploy.manifestkit import Manifests, overlay

CLIENTS = {"embedder", "sampler"}
FACTOR = "QDRANT__STORAGE__COLLECTION__REPLICATION_FACTOR"


def environment_of(manifests: Manifests) -> dict[str, str]:
    """Return the variables of a node."""
    (qdrant,) = [workload for workload in manifests.workloads if workload.kind == "StatefulSet"]
    return manifests.variables(qdrant.container)


def test_every_vector_is_on_two_nodes(scaled: Manifests) -> None:
    nodes = scaled.named("StatefulSet", "qdrant")["spec"]["replicas"]
    assert 2 <= int(environment_of(scaled)[FACTOR]) <= nodes


def test_one_node_keeps_one_copy() -> None:
    manifests = overlay("dev-single")
    assert manifests.named("StatefulSet", "qdrant")["spec"]["replicas"] == 1
    assert environment_of(manifests)[FACTOR] == "1"


def test_the_clients_send_the_key_that_the_nodes_ask_for(manifests: Manifests) -> None:
    key = environment_of(manifests)["QDRANT__SERVICE__API_KEY"]
    for workload in manifests.deployments:
        sent = manifests.variables(workload.container).get("SHOAL_QDRANT_API_KEY")
        assert sent == (key if workload.service in CLIENTS else None), str(workload)


def test_the_clients_connect_to_the_service(manifests: Manifests) -> None:
    ports = {port["name"]: port["port"] for port in manifests.named("Service", "qdrant")["spec"]["ports"]}
    for workload in manifests.deployments:
        if workload.service in CLIENTS:
            variables = manifests.variables(workload.container)
            assert variables["SHOAL_QDRANT_URL"] == f"http://qdrant:{ports['http']}"
            assert variables["SHOAL_QDRANT_GRPC_PORT"] == str(ports["grpc"])


def test_nodes_find_each_other_before_they_are_ready(manifests: Manifests) -> None:
    spec = manifests.named("StatefulSet", "qdrant")["spec"]
    service = manifests.named("Service", spec["serviceName"])["spec"]
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"] is True
    (container,) = spec["template"]["spec"]["containers"]
    assert f"http://qdrant-0.{spec['serviceName']}:6335" in container["args"][0]


def test_a_busy_node_has_time_to_answer_its_probes(manifests: Manifests) -> None:
    """By default a kubelet waits for one second, and restarts a node that optimizes its segments."""
    (qdrant,) = [workload for workload in manifests.workloads if workload.kind == "StatefulSet"]
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert qdrant.container[name]["timeoutSeconds"] >= 3, name
