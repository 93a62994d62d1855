"""The component traces: services, and nothing else, reach the collector that their setting names."""

from itertools import product
from urllib.parse import urlsplit

import pytest

from deploy.manifestkit import OVERLAYS, PACKAGES, Manifests, composed, settings_of, variables_of
from deploy.networkkit import Peer, allows, outside, pods_named

COLLECTOR = Peer(labels={"app.kubernetes.io/name": "opentelemetry-collector"}, namespace="observability")
NEIGHBOUR = Peer(labels={"app.kubernetes.io/name": "grafana"}, namespace="observability")
OTHERS = (pods_named("migrate"), pods_named("qdrant"), Peer(labels={"cnpg.io/cluster": "postgres"}))


@pytest.fixture(scope="module", params=OVERLAYS)
def traced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Manifests:
    """Return an overlay with the component."""
    folder = tmp_path_factory.mktemp("traced")
    return composed(folder, resources=[f"overlays/{request.param}"], components=["components/traces"])


def test_services_reach_the_collector_of_their_setting(traced: Manifests) -> None:
    for workload in [work for work in traced.deployments if work.service]:
        variables = traced.variables(workload.container)
        address = urlsplit(variables["SHOAL_TRACES_URL"])
        assert str(address.hostname).partition(".")[2] == COLLECTOR.namespace
        assert allows(traced, Peer(labels=workload.labels), COLLECTOR, int(address.port or 0)), str(workload)


def test_every_service_reads_both_settings(traced: Manifests) -> None:
    names = {"SHOAL_TRACES_URL", "SHOAL_TRACES_RATIO"}
    assert traced.named("ConfigMap", next(iter(_settings_of(traced))))["data"].keys() >= names
    for service in PACKAGES:
        assert names <= variables_of(settings_of(service))


def _settings_of(manifests: Manifests) -> set[str]:
    return {name for name in manifests.names("ConfigMap") if name.startswith("shoal-settings")}


def test_only_that_port_of_the_collector_is_open_and_to_services_only(traced: Manifests) -> None:
    for service, port in product(PACKAGES, (4317, 8888, 443)):
        assert not allows(traced, pods_named(service), COLLECTOR, port)
    assert not any(allows(traced, pods_named(service), NEIGHBOUR, 4318) for service in PACKAGES)
    assert not any(allows(traced, source, COLLECTOR, 4318) for source in OTHERS)
    assert not any(allows(traced, pods_named(it), outside("169.254.169.254"), 4318) for it in PACKAGES)
