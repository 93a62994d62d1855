"""The Kubernetes base renders, validates strictly, and names only what the services really have."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic_settings import BaseSettings

from shoal.messaging import KafkaSettings
from shoal.runtime.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
BASE = ROOT / "deploy" / "k8s" / "base"
SECURED = ROOT / "deploy" / "k8s" / "overlays" / "kafka-sasl-ssl"
KUBECTL = Path(sys.executable).parent / "kubectl"
VERSIONS = ("1.32", "1.34")
PACKAGES = {
    "ingest": "shoal_ingest",
    "embedder": "shoal_embedder",
    "sampler": "shoal_sampler",
    "labeling-gateway": "shoal_gateway",
    "qa": "shoal_qa",
}
Resource = dict[str, Any]


@pytest.fixture(scope="module")
def resources() -> list[Resource]:
    return _rendered(BASE)


@pytest.fixture(scope="module")
def deployments(resources: list[Resource]) -> dict[str, Resource]:
    return {item["metadata"]["name"]: item for item in resources if item["kind"] == "Deployment"}


def _rendered(folder: Path) -> list[Resource]:
    command = [KUBECTL, "kustomize", folder]
    rendered = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return list(yaml.safe_load_all(rendered.stdout))


def _pod(deployment: Resource) -> Resource:
    spec: Resource = deployment["spec"]["template"]["spec"]
    return spec


def _container(deployment: Resource) -> Resource:
    (container,) = _pod(deployment)["containers"]
    return dict(container)


def _names(resources: list[Resource], kind: str) -> set[str]:
    return {item["metadata"]["name"] for item in resources if item["kind"] == kind}


def _settings(package: str) -> type[BaseSettings]:
    module = import_module(f"{package}.settings")
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    own = [
        cls for cls in classes if issubclass(cls, BaseSettings) and cls not in (ServiceSettings, BaseSettings)
    ]
    (settings,) = [cls for cls in own if issubclass(cls, ServiceSettings)]
    return settings


@pytest.mark.parametrize("version", VERSIONS)
def test_every_resource_validates_strictly(resources: list[Resource], version: str) -> None:
    for resource in resources:
        kubernetes_validate.validate(resource, version, strict=True)


def test_the_five_services_are_deployed(deployments: dict[str, Resource]) -> None:
    assert set(deployments) == set(PACKAGES)


@pytest.mark.parametrize("service", PACKAGES)
def test_pods_meet_the_restricted_standard(deployments: dict[str, Resource], service: str) -> None:
    pod, container = _pod(deployments[service]), _container(deployments[service])
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


@pytest.mark.parametrize("service", PACKAGES)
def test_each_service_has_its_own_guards(resources: list[Resource], service: str) -> None:
    for kind in ("ServiceAccount", "PodDisruptionBudget", "NetworkPolicy"):
        assert service in _names(resources, kind)


@pytest.mark.parametrize("service", PACKAGES)
def test_selectors_find_the_pods(resources: list[Resource], service: str) -> None:
    (deployment,) = [r for r in resources if r["kind"] == "Deployment" and r["metadata"]["name"] == service]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for resource in resources:
        if resource["metadata"]["name"] != service or resource["kind"] == "ServiceAccount":
            continue
        spec = resource["spec"]
        selector = spec.get("podSelector") or spec["selector"]
        wanted = selector.get("matchLabels", selector)
        assert wanted.items() <= labels.items(), resource["kind"]


@pytest.mark.parametrize("service", PACKAGES)
def test_environment_variables_are_settings_of_the_service(
    resources: list[Resource], deployments: dict[str, Resource], service: str
) -> None:
    fields = {f"SHOAL_{name}".upper() for name in _settings(PACKAGES[service]).model_fields}
    named = {entry["name"] for entry in _container(deployments[service])["env"]}
    assert named <= fields


def test_shared_settings_are_known_to_some_service(resources: list[Resource]) -> None:
    (shared,) = [item for item in resources if item["kind"] == "ConfigMap"]
    known = {f"SHOAL_{name}".upper() for p in PACKAGES.values() for name in _settings(p).model_fields}
    known |= {f"SHOAL_KAFKA_{name}".upper() for name in KafkaSettings.model_fields}
    assert set(shared["data"]) <= known


@pytest.mark.parametrize("service", PACKAGES)
def test_references_resolve(
    resources: list[Resource], deployments: dict[str, Resource], service: str
) -> None:
    pod, container = _pod(deployments[service]), _container(deployments[service])
    assert pod["serviceAccountName"] in _names(resources, "ServiceAccount")
    assert {source["configMapRef"]["name"] for source in container["envFrom"]} <= _names(
        resources, "ConfigMap"
    )
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
    claims = {v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v}
    assert claims <= _names(resources, "PersistentVolumeClaim")
    ports = {port["name"] for port in container["ports"]}
    assert {
        container[f"{probe}Probe"]["httpGet"]["port"] for probe in ("startup", "readiness", "liveness")
    } <= ports


@pytest.mark.parametrize("service", PACKAGES)
def test_the_entry_point_exists(deployments: dict[str, Resource], service: str) -> None:
    command = _container(deployments[service])["command"]
    assert command[:2] == ["python", "-m"]
    assert callable(import_module(command[2]).main)


@pytest.mark.parametrize("service", PACKAGES)
def test_the_grace_period_covers_the_graceful_stop(
    resources: list[Resource], deployments: dict[str, Resource], service: str
) -> None:
    (shared,) = [item for item in resources if item["kind"] == "ConfigMap"]
    pod, container = _pod(deployments[service]), _container(deployments[service])
    drain = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    graceful = float(shared["data"]["SHOAL_GRACEFUL_TIMEOUT_S"])
    assert pod["terminationGracePeriodSeconds"] > graceful + drain


def test_every_service_comes_to_a_secured_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = _rendered(SECURED)
    for resource in rendered:
        kubernetes_validate.validate(resource, VERSIONS[-1], strict=True)
    (shared,) = [item for item in rendered if item["kind"] == "ConfigMap"]
    found = [item for item in rendered if item["kind"] == "Deployment"]
    assert {item["metadata"]["name"] for item in found} == set(PACKAGES)
    for deployment in found:
        container = _container(deployment)
        secret = {
            entry["name"]: entry["valueFrom"]["secretKeyRef"]["key"]
            for entry in container["env"]
            if entry["name"].startswith("SHOAL_KAFKA_")
        }
        assert secret == {"SHOAL_KAFKA_SASL_USERNAME": "username", "SHOAL_KAFKA_SASL_PASSWORD": "password"}
        assert container["envFrom"] == [{"configMapRef": {"name": shared["metadata"]["name"]}}]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert shared["data"]["SHOAL_KAFKA_SSL_CAFILE"] == f"{mounts['kafka-ca']}/ca.crt"
    for name, value in {**shared["data"], **dict.fromkeys(secret, "test")}.items():
        monkeypatch.setenv(name, value)
    settings = KafkaSettings()
    assert (settings.security_protocol, settings.sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
    assert settings.sasl_username == "test"
