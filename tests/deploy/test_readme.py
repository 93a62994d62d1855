"""deploy/k8s/README.md: its Secrets, overlays and components are those of the manifests."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.manifestkit import K8S, OVERLAYS, Manifests, overlay, rendered, secret_keys

README = (K8S / "README.md").read_text("utf-8")
ONE_NODE = "`strimzi-single`, `cnpg-single` and `qdrant-single` are the same with one node each"
assert ONE_NODE in (K8S / "components" / "README.md").read_text("utf-8")
BY_OPERATORS = ("kafka-", "postgres-app")
"""Beginnings of the names of Secrets that Strimzi and CloudNativePG make."""


def documented_secrets() -> dict[str, set[str]]:
    """Return the keys of every Secret in the README's table."""
    table = README.partition("## Secrets")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    return {
        name: set(re.findall(r"`([\w.-]+)`", keys))
        for names, keys in rows
        for name in re.findall(r"`([\w-]+)`", names)
    }


def named_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the Secrets that custom resources name, with their keys."""
    if isinstance(value, list):
        for item in value:
            yield from named_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "passwordSecret":
                yield from ((item["name"], name) for name in ("username", "password"))
            elif key in ("accessKeyId", "secretAccessKey"):
                yield item["name"], item["key"]
            elif key == "secretTargetRef":
                yield from ((entry["name"], entry["key"]) for entry in item)
            else:
                yield from named_in(item)


def used_secrets(manifests: Manifests) -> dict[str, set[str]]:
    """Return the keys that are read of every Secret."""
    used: dict[str, set[str]] = {}
    pairs = [pair for workload in manifests.workloads for pair in secret_keys(workload)]
    for name, key in [*pairs, *(pair for resource in manifests.resources for pair in named_in(resource))]:
        used.setdefault(name, set()).add(key)
    return used


def test_every_secret_that_is_read_is_documented_with_its_keys(manifests: Manifests) -> None:
    documented = documented_secrets()
    for name, keys in used_secrets(manifests).items():
        assert keys - {""} <= documented[name], name


def test_every_documented_secret_is_read() -> None:
    jobs = [rendered(file.parent) for file in (K8S / "operations").glob("*/kustomization.yaml")]
    used = [used_secrets(manifests) for manifests in (*map(overlay, OVERLAYS), *jobs)]
    for name, keys in documented_secrets().items():
        assert any(name in secrets for secrets in used), name
        assert keys


def test_external_secrets_make_what_no_operator_makes(scaled: Manifests) -> None:
    needed = {name for name in used_secrets(scaled) if not name.startswith(BY_OPERATORS)}
    assert scaled.names("ExternalSecret") == needed


def test_the_commands_make_the_secrets_of_a_small_cluster() -> None:
    commands = README.replace("\\\n", " ")
    made = {
        name: set(re.findall(r"--from-literal=([\w-]+)=", rest))
        for name, rest in re.findall(r"create secret generic ([\w-]+)(.*)", commands)
    }
    needed = used_secrets(overlay("dev-single"))
    assert made.keys() == {name for name in needed if not name.startswith(BY_OPERATORS)}
    for name, keys in made.items():
        assert needed[name] <= keys, name


def test_every_overlay_and_component_is_described() -> None:
    pages = {"overlays": README, "components": (K8S / "components" / "README.md").read_text("utf-8")}
    for kind, page in pages.items():
        for file in (K8S / kind).glob("*/kustomization.yaml"):
            name = file.parent.name
            rows = [f"| `{name}` |", f"| `{kind}/{name}` |"]
            assert any(row in page for row in rows) or f"`{name}`" in ONE_NODE, name


def test_the_example_overlay_renders(tmp_path: Path) -> None:
    text = README.partition("```yaml\n")[2].partition("```")[0]
    digest = "ab" * 32
    production = os.path.relpath(K8S / "overlays" / "production", tmp_path.resolve())
    text = text.replace("<64 digits>", digest).replace("../shoal/deploy/k8s/overlays/production", production)
    (tmp_path / "kustomization.yaml").write_text(text)
    manifests = rendered(tmp_path)
    gateway = next(workload for workload in manifests.deployments if workload.name == "labeling-gateway")
    assert gateway.container["image"] == f"registry.platform.example/ml/shoal@sha256:{digest}"
    (host,) = manifests.named("HTTPRoute", "labeling-gateway")["spec"]["hostnames"]
    assert manifests.variables(gateway.container)["SHOAL_PUBLIC_URL"] == f"https://{host}"


def test_the_example_of_an_operator_s_job_renders(tmp_path: Path) -> None:
    text = README.partition("## Jobs of operators")[2].partition("```yaml\n")[2].partition("```")[0]
    digest = "ab" * 32
    recovery = os.path.relpath(K8S / "operations" / "recovery", tmp_path.resolve())
    text = text.replace("<64 digits>", digest).replace("../shoal/deploy/k8s/operations/recovery", recovery)
    (tmp_path / "kustomization.yaml").write_text(text)
    manifests = rendered(tmp_path)
    (job,) = manifests.workloads
    for container in job.containers:
        assert container["image"] == f"registry.platform.example/ml/shoal@sha256:{digest}"
        assert manifests.variables(container)["SINCE"] == "2026-01-31T02:00:00Z"


def test_objects_of_the_prometheus_operator_take_the_label_that_selects_them(tmp_path: Path) -> None:
    page = (K8S / "components" / "README.md").read_text("utf-8").partition("## Monitoring")[2]
    text = page.partition("```yaml\n")[2].partition("```")[0]
    production = os.path.relpath(K8S / "overlays" / "production", tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(f"resources: [{production}]\n{text}")
    manifests = rendered(tmp_path)
    for resource in (*manifests.of("PodMonitor"), *manifests.of("PrometheusRule")):
        assert resource["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    assert len(manifests.of("PrometheusRule")) > 1
