"""The environment of every container: names that its process reads, and values that it accepts."""

from pathlib import Path

import pytest

from deploy.manifestkit import PACKAGES, Manifests, Workload, composed, known_variables, settings_of
from shoal.messaging import KafkaSettings

SECRETS = {
    "SHOAL_ADMIN_KEY": "an administrator's key",
    "SHOAL_ADMIN_KEY_SECOND": "another administrator's key",
    "SHOAL_AUDIT_SALT": "a salt that is a secret",
    "SHOAL_KAFKA_SASL_USERNAME": "user",
    "SHOAL_KAFKA_SASL_PASSWORD": "password",
    "SHOAL_MEDIA_KEY": "a key of images that is long enough",
    "SHOAL_MEDIA_KEY_BEFORE": "another key of images, long enough",
    "SHOAL_POSTGRES_DSN": "postgresql://user:password@postgres-rw:5432/shoal?sslmode=require",
    "SHOAL_QDRANT_API_KEY": "key",
}
"""Values in place of those from Secrets."""


def load_settings(manifests: Manifests, workload: Workload, patch: pytest.MonkeyPatch) -> KafkaSettings:
    """Construct a service's settings from its pod's environment, as it does at its start."""
    variables = manifests.variables(workload.container) | {
        entry["name"]: SECRETS[entry["name"]]
        for entry in workload.container.get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
    for name, value in variables.items():
        patch.setenv(name, value)
    settings_of(workload.service)().check_safety()
    return KafkaSettings()


def test_services_accept_their_environment(manifests: Manifests, monkeypatch: pytest.MonkeyPatch) -> None:
    for workload in manifests.deployments:
        if workload.service:
            with monkeypatch.context() as patch:
                load_settings(manifests, workload, patch)


def test_a_service_reads_every_variable_of_its_own(manifests: Manifests) -> None:
    """The settings that all services share may name one that only some read."""
    for workload in manifests.deployments:
        if workload.service:
            own = {entry["name"] for entry in workload.container.get("env", [])}
            for source in workload.container["envFrom"]:
                if not (name := source["configMapRef"]["name"]).startswith("shoal-settings"):
                    own |= manifests.named("ConfigMap", name)["data"].keys()
            assert own <= known_variables(workload.service), str(workload)


def test_some_service_reads_every_shared_variable(manifests: Manifests) -> None:
    (shared,) = [name for name in manifests.names("ConfigMap") if name.startswith("shoal-settings")]
    known = {variable for service in PACKAGES for variable in known_variables(service)}
    assert manifests.named("ConfigMap", shared)["data"].keys() <= known


def test_services_listen_on_the_ports_of_their_pods(manifests: Manifests) -> None:
    for workload in manifests.deployments:
        if workload.service:
            variables = manifests.variables(workload.container)
            ports = {port["name"]: str(port["containerPort"]) for port in workload.container["ports"]}
            assert ports["admin"] == variables["SHOAL_ADMIN_PORT"]
            serves = variables.get("SHOAL_ROLE") != "worker"
            assert ports.get("http") == (variables["SHOAL_HTTP_PORT"] if serves else None), str(workload)


def test_only_what_serves_http_has_the_administrators_key(manifests: Manifests) -> None:
    for workload in manifests.deployments:
        if workload.service:
            serves = any(port["name"] == "http" for port in workload.container["ports"])
            assert ("SHOAL_ADMIN_KEY" in manifests.variables(workload.container)) == serves, str(workload)


def test_kafkas_port_fits_its_protocol(manifests: Manifests) -> None:
    (name,) = [name for name in manifests.names("ConfigMap") if name.startswith("shoal-settings")]
    data = manifests.named("ConfigMap", name)["data"]
    port = {"PLAINTEXT": "9092", "SASL_SSL": "9093"}[data.get("SHOAL_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")]
    assert data["SHOAL_KAFKA_BOOTSTRAP"].endswith(f":{port}")


def test_vendors_reach_the_gateway_at_the_host_of_its_route(scaled: Manifests) -> None:
    gateway = next(work for work in scaled.deployments if work.name == "labeling-gateway")
    (host,) = scaled.named("HTTPRoute", "labeling-gateway")["spec"]["hostnames"]
    assert scaled.variables(gateway.container)["SHOAL_PUBLIC_URL"] == f"https://{host}"


def test_every_service_comes_to_a_kafka_with_sasl_and_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = composed(tmp_path, components=["components/roles", "components/kafka-sasl-ssl"])
    for workload in manifests.deployments:
        variables = manifests.variables(workload.container)
        assert variables["SHOAL_KAFKA_SASL_USERNAME"] == "shoal-kafka-user/username"
        assert variables["SHOAL_KAFKA_SASL_PASSWORD"] == "shoal-kafka-user/password"
        mounts = {mount["name"]: mount["mountPath"] for mount in workload.container["volumeMounts"]}
        assert variables["SHOAL_KAFKA_SSL_CAFILE"] == f"{mounts['kafka-ca']}/ca.crt"
        with monkeypatch.context() as patch:
            kafka = load_settings(manifests, workload, patch)
        assert (kafka.security_protocol, kafka.sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
        assert kafka.bootstrap.endswith(":9093")
    assert len(manifests.deployments) == 9
