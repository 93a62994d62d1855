"""Who may connect to whom: every dependency of a service is open at both ends, and nothing else is."""

from ipaddress import ip_network
from itertools import product

import pytest

from deploy.manifestkit import PACKAGES, Manifests, Workload, settings_of
from deploy.networkkit import HOME, Peer, allows, outside, pods_named
from shoal.http.networks import Networks

KAFKA = Peer(labels={"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-kafka"})
ENTITY_OPERATOR = Peer(labels={"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-entity-operator"})
EXPORTER = Peer(labels={"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-kafka-exporter"})
POSTGRES = Peer(labels={"cnpg.io/cluster": "postgres"})
QDRANT = pods_named("qdrant")
INGEST = pods_named("ingest")
PROMETHEUS = Peer(labels={"app.kubernetes.io/name": "prometheus"}, namespace="monitoring")
GATEWAY = Peer(labels={"app": "envoy"}, namespace="gateway", namespace_labels={"shoal.dev/gateway": "true"})
KEDA = Peer(labels={"app.kubernetes.io/name": "keda-operator"}, namespace="keda")
STRIMZI = Peer(labels={"strimzi.io/kind": "cluster-operator"}, namespace="strimzi")
CNPG = Peer(labels={"app.kubernetes.io/name": "cloudnative-pg"}, namespace="cnpg-system")
STRANGER = Peer(labels={"app.kubernetes.io/name": "ingest"}, namespace="elsewhere")
PUBLIC, METADATA, API_SERVER = outside("93.184.215.14"), outside("169.254.169.254"), outside("10.96.0.1")
DEPENDENCIES = {
    "SHOAL_KAFKA_BOOTSTRAP": (KAFKA, 9093),
    "SHOAL_POSTGRES_DSN": (POSTGRES, 5432),
    "SHOAL_QDRANT_API_KEY": (QDRANT, 6334),
    "SHOAL_INGEST_URL": (INGEST, 8080),
}
"""What a variable of a pod leads to, by the variable's name."""
IN_HOUSE = [
    (KAFKA, KAFKA, 9090),
    (KAFKA, KAFKA, 9091),
    (ENTITY_OPERATOR, KAFKA, 9091),
    (EXPORTER, KAFKA, 9091),
    (STRIMZI, KAFKA, 9090),
    (STRIMZI, KAFKA, 9091),
    (STRIMZI, KAFKA, 8443),
    (KEDA, KAFKA, 9093),
    (POSTGRES, POSTGRES, 5432),
    (POSTGRES, POSTGRES, 8000),
    (CNPG, POSTGRES, 8000),
    (QDRANT, QDRANT, 6335),
    (PROMETHEUS, KAFKA, 9404),
    (PROMETHEUS, EXPORTER, 9404),
    (PROMETHEUS, POSTGRES, 9187),
    (PROMETHEUS, QDRANT, 6333),
    (KAFKA, API_SERVER, 443),
    (ENTITY_OPERATOR, API_SERVER, 6443),
    (POSTGRES, API_SERVER, 443),
]


def service_pods(manifests: Manifests) -> list[Workload]:
    """Return the Deployments of the five services."""
    return [workload for workload in manifests.deployments if workload.service]


def needs(manifests: Manifests, service: str, variable: str) -> bool:
    """Return whether the pods of a service, in any role, depend on what a variable leads to."""
    pods = [workload for workload in service_pods(manifests) if workload.service == service]
    if variable == "SHOAL_INGEST_URL":  # all have it; those that check keys use it
        ports = {port["name"] for workload in pods for port in workload.container["ports"]}
        return service != "ingest" and "http" in ports
    return any(variable in manifests.variables(workload.container) for workload in pods)


def test_services_reach_what_they_need_and_no_other_server(manifests: Manifests) -> None:
    for service, (variable, (target, port)) in product(PACKAGES, DEPENDENCIES.items()):
        found = allows(manifests, pods_named(service), target, port)
        assert found == needs(manifests, service, variable), f"{service}: {variable}"


@pytest.mark.parametrize(("source", "target", "port"), IN_HOUSE)
def test_servers_reach_their_own_parts(manifests: Manifests, source: Peer, target: Peer, port: int) -> None:
    assert allows(manifests, source, target, port)


def test_the_migration_reaches_postgres_only(manifests: Manifests) -> None:
    migrate = pods_named("migrate")
    assert allows(manifests, migrate, POSTGRES, 5432)
    for target, port in ((KAFKA, 9093), (QDRANT, 6334), (INGEST, 8080), (PUBLIC, 443)):
        assert not allows(manifests, migrate, target, port)


def test_the_gateway_reaches_the_http_ports(manifests: Manifests) -> None:
    for workload in service_pods(manifests):
        ports = {it["name"]: it["containerPort"] for it in workload.container["ports"]}
        if "http" in ports:
            assert allows(manifests, GATEWAY, Peer(labels=workload.labels), ports["http"]), str(workload)
        assert not allows(manifests, GATEWAY, Peer(labels=workload.labels), ports["admin"]), str(workload)


def test_prometheus_reaches_the_admin_ports(manifests: Manifests) -> None:
    for workload in service_pods(manifests):
        ports = {it["name"]: it["containerPort"] for it in workload.container["ports"]}
        assert allows(manifests, PROMETHEUS, Peer(labels=workload.labels), ports["admin"]), str(workload)


def test_pods_of_other_namespaces_reach_nothing(manifests: Manifests) -> None:
    targets = [Peer(labels=workload.labels) for workload in manifests.workloads] + [KAFKA, POSTGRES, QDRANT]
    ports = (80, 5432, 6333, 6334, 6335, 8000, 8080, 9090, 9091, 9093, 9187, 9404)
    assert not any(allows(manifests, STRANGER, target, port) for target, port in product(targets, ports))


def test_only_services_with_work_outside_reach_the_internet(manifests: Manifests) -> None:
    outward = {it for it in PACKAGES if allows(manifests, pods_named(it), PUBLIC, 443)}
    assert outward == {"ingest", "embedder", "labeling-gateway", "qa"}


def test_nobody_reaches_the_metadata_service_of_the_cloud(manifests: Manifests) -> None:
    sources = [Peer(labels=it.labels) for it in manifests.workloads] + [KAFKA, POSTGRES]
    assert not any(
        allows(manifests, source, METADATA, port) for source, port in product(sources, (80, 443, 6443))
    )


def vendor_blocks(manifests: Manifests) -> list[dict[str, object]]:
    """Return the address blocks that the gateway may reach."""
    spec = manifests.named("NetworkPolicy", "labeling-gateway")["spec"]
    return [peer["ipBlock"] for rule in spec["egress"] for peer in rule["to"] if "ipBlock" in peer]


def test_the_gateway_reaches_public_vendors_and_no_network_that_it_would_refuse(manifests: Manifests) -> None:
    gateway = pods_named("labeling-gateway")
    for block in vendor_blocks(manifests):
        for text in block["except"]:  # type: ignore[attr-defined]
            network = ip_network(text)
            first = str(network[0]) if network.num_addresses == 1 else str(network[1])
            assert Networks(()).forbid_host(first), text
            assert not allows(manifests, gateway, outside(first), 443)
    for address in ("93.184.215.14", "2606:2800:21f:cb07::1"):
        assert allows(manifests, gateway, outside(address), 443)
    for address in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "fe80::1", "127.0.0.1"):
        assert not allows(manifests, gateway, outside(address), 443)


def test_networks_of_private_vendors_are_open_to_the_gateway(manifests: Manifests) -> None:
    """An overlay that sets SHOAL_VENDOR_NETWORKS adds a rule for them."""
    for workload in service_pods(manifests):
        if workload.service == "labeling-gateway":
            text = manifests.variables(workload.container).get("SHOAL_VENDOR_NETWORKS", "")
            assert "vendor_networks" in settings_of(workload.service).model_fields
            blocks = {str(block["cidr"]) for block in vendor_blocks(manifests)}
            assert {part.strip() for part in text.split(",") if part.strip()} <= blocks


def test_everything_is_closed_by_default(manifests: Manifests) -> None:
    nobody = Peer(labels={"app.kubernetes.io/name": "nobody"})
    for target, port in ((KAFKA, 9093), (POSTGRES, 5432), (INGEST, 8080), (PUBLIC, 443)):
        assert not allows(manifests, nobody, target, port)
    assert all(it["metadata"]["namespace"] == HOME for it in manifests.of("NetworkPolicy"))


def test_peers_are_named_in_every_rule(manifests: Manifests) -> None:
    for policy in manifests.of("NetworkPolicy"):
        for direction, way in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction, []):
                assert rule[way], policy["metadata"]["name"]
                assert rule["ports"], policy["metadata"]["name"]


def test_kafka_s_own_policy_opens_the_port_to_the_same_pods(manifests: Manifests) -> None:
    (listener,) = manifests.named("Kafka", "kafka")["spec"]["kafka"]["listeners"]
    (rule,) = [
        it
        for it in manifests.named("NetworkPolicy", "kafka")["spec"]["ingress"]
        if it["ports"] == [{"protocol": "TCP", "port": listener["port"]}]
    ]
    assert listener["networkPolicyPeers"] == rule["from"]
