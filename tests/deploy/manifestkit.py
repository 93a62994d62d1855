"""Rendered manifests: what an overlay of deploy/k8s puts on a cluster."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from pydantic_settings import BaseSettings

from shoal.messaging import KafkaSettings
from shoal.runtime import ServiceSettings

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("dev-single", "staging", "production")
KUBECTL = Path(sys.executable).parent / "kubectl"
PACKAGES = {
    "ingest": "shoal_ingest",
    "embedder": "shoal_embedder",
    "sampler": "shoal_sampler",
    "labeling-gateway": "shoal_gateway",
    "qa": "shoal_qa",
}
NAME, COMPONENT, PART_OF = (f"app.kubernetes.io/{key}" for key in ("name", "component", "part-of"))
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workload:
    """A resource with a pod template."""

    resource: Resource
    template: Resource

    @property
    def kind(self) -> str:
        """Return the resource's kind."""
        return str(self.resource["kind"])

    @property
    def name(self) -> str:
        """Return the resource's name."""
        return str(self.resource["metadata"]["name"])

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of the pods."""
        return dict(self.template["metadata"]["labels"])

    @property
    def pod(self) -> Resource:
        """Return the specification of the pods."""
        return dict(self.template["spec"])

    @property
    def containers(self) -> list[Resource]:
        """Return the containers, those of the initialisation first."""
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    @property
    def container(self) -> Resource:
        """Return the only container."""
        (container,) = self.pod["containers"]
        return dict(container)

    @property
    def service(self) -> str:
        """Return which service of Shoal the pods are, or an empty text."""
        return self.labels[NAME] if self.labels.get(NAME) in PACKAGES else ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Manifests:
    """The resources of one overlay, in the order of kustomize."""

    resources: Sequence[Resource]

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a kind."""
        return [resource for resource in self.resources if resource["kind"] == kind]

    def names(self, kind: str) -> set[str]:
        """Return the names of the resources of a kind."""
        return {resource["metadata"]["name"] for resource in self.of(kind)}

    def named(self, kind: str, name: str) -> Resource:
        """Return one resource."""
        (resource,) = [item for item in self.of(kind) if item["metadata"]["name"] == name]
        return resource

    @property
    def workloads(self) -> list[Workload]:
        """Return every resource with a pod template that Kubernetes itself knows."""
        return [Workload(item, template) for item in self.resources if (template := _template(item))]

    @property
    def deployments(self) -> list[Workload]:
        """Return the Deployments."""
        return [workload for workload in self.workloads if workload.kind == "Deployment"]

    def variables(self, container: Resource) -> dict[str, str]:
        """Return the environment of a container; a value from a Secret is its `<name>/<key>`."""
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            found |= self.named("ConfigMap", source["configMapRef"]["name"])["data"]
        for entry in container.get("env", []):
            found[entry["name"]] = _value_of(entry)
        return found


def _template(resource: Resource) -> Resource | None:
    spec = resource.get("spec", {})
    match resource["kind"]:
        case "Deployment" | "StatefulSet" | "DaemonSet" | "Job":
            return dict(spec["template"])
        case "CronJob":
            return dict(spec["jobTemplate"]["spec"]["template"])
    return None


def _value_of(entry: Resource) -> str:
    if "value" in entry:
        return str(entry["value"])
    match entry["valueFrom"]:
        case {"secretKeyRef": {"name": name, "key": key}}:
            return f"{name}/{key}"
        case {"fieldRef": {"fieldPath": path}}:
            return str(path)
    raise AssertionError(f"{entry['name']}: a source that no test knows")


def secret_keys(workload: Workload) -> Iterator[tuple[str, str]]:
    """Yield the name and key of every Secret without which the pods do not start."""
    for container in workload.containers:
        for entry in container.get("env", []):
            reference = entry.get("valueFrom", {}).get("secretKeyRef", {"optional": True})
            if not reference.get("optional"):
                yield reference["name"], reference["key"]
    for volume in workload.pod.get("volumes", []):
        if "secret" in volume:
            items = volume["secret"].get("items") or [{"key": ""}]
            yield from ((volume["secret"]["secretName"], item["key"]) for item in items)


@cache
def rendered_text(folder: Path) -> str:
    """Return what `kubectl kustomize` prints for a folder."""
    run = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout


@cache
def rendered(folder: Path) -> Manifests:
    """Return the manifests of a folder."""
    return Manifests(tuple(yaml.load_all(rendered_text(folder), Loader=yaml.CSafeLoader)))


def overlay(name: str) -> Manifests:
    """Return the manifests of an overlay."""
    return rendered(K8S / "overlays" / name)


def composed(folder: Path, *, resources: Sequence[str] = ("base",), components: Sequence[str]) -> Manifests:
    """Return the manifests of a kustomization over deploy/k8s that is written to `folder`."""

    def paths(names: Sequence[str]) -> list[str]:
        return [os.path.relpath(K8S / name, folder.resolve()) for name in names]

    kustomization = {"namespace": "shoal", "resources": paths(resources), "components": paths(components)}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return rendered(folder)


def settings_of(service: str) -> type[ServiceSettings]:
    """Return the settings class of a service."""
    module = import_module(f"{PACKAGES[service]}.settings")
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    (settings,) = [it for it in classes if issubclass(it, ServiceSettings) and it is not ServiceSettings]
    return settings


def variables_of(settings: type[BaseSettings]) -> set[str]:
    """Return the environment variables that a settings class reads."""
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{name}".upper() for name in settings.model_fields}


def known_variables(service: str) -> set[str]:
    """Return the environment variables that a service reads."""
    return variables_of(settings_of(service)) | variables_of(KafkaSettings)
