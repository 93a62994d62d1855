"""Argo CD: the order of the objects, the migration as a hook, and projects that permit what is applied."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from deploy.crdkit import crd_errors, require_schemas
from deploy.manifestkit import K8S, Manifests, Resource, Workload, overlay, rendered, secret_keys

ARGOCD = K8S / "argocd"
WAVES = {-3, -2, -1, 0, 1}


def wave_of(resource: Resource) -> int:
    """Return the wave in which Argo CD applies a resource."""
    return int(resource["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", 0))


def applications() -> list[dict[str, Any]]:
    """Return the Applications of the examples, and those that their ApplicationSets would make."""
    manifests = rendered(ARGOCD)
    made = []
    for item in manifests.of("ApplicationSet"):
        for row in (row for generator in item["spec"]["generators"] for row in generator["list"]["elements"]):
            text = yaml.safe_dump(item["spec"]["template"])
            for key, value in row.items():
                text = text.replace(f"{{{{.{key}}}}}", str(value))
            made.append({"apiVersion": item["apiVersion"], "kind": "Application", **yaml.safe_load(text)})
    return manifests.of("Application") + made


def test_every_kind_has_one_wave(scaled: Manifests) -> None:
    waves: dict[str, set[int]] = {}
    for resource in scaled.resources:
        waves.setdefault(resource["kind"], set()).add(wave_of(resource))
        assert "argocd.argoproj.io/sync-wave" in resource["metadata"]["annotations"], resource["kind"]
    assert {kind: found for kind, found in waves.items() if len(found) > 1} == {}
    assert set.union(*waves.values()) <= WAVES
    assert {kind: waves[kind] for kind in ("Job", "Deployment")} == {"Job": {0}, "Deployment": {1}}


def needed_resources(manifests: Manifests, workload: Workload) -> list[Resource]:
    """Return what has to exist before the pods of a workload can start."""
    pod = workload.pod
    configs = {
        source["configMapRef"]["name"] for it in workload.containers for source in it.get("envFrom", [])
    }
    configs |= {it["configMap"]["name"] for it in pod.get("volumes", []) if "configMap" in it}
    secrets = {name for name, _ in secret_keys(workload)} & manifests.names("ExternalSecret")
    priorities = {pod["priorityClassName"]} if "priorityClassName" in pod else set()
    return [
        *(manifests.named("PriorityClass", name) for name in priorities),
        manifests.named("ServiceAccount", pod["serviceAccountName"]),
        *(manifests.named("ConfigMap", name) for name in configs),
        *(manifests.named("ExternalSecret", name) for name in secrets),
    ]


def test_what_pods_need_is_applied_before_them(scaled: Manifests) -> None:
    """Argo CD waits until a wave is healthy: pods that need a later one would block the sync for ever."""
    for workload in scaled.workloads:
        for resource in needed_resources(scaled, workload):
            assert wave_of(resource) < wave_of(workload.resource), f"{workload}: {resource['kind']}"


def test_argo_cd_deletes_nothing_that_has_data(scaled: Manifests) -> None:
    for kind in ("Namespace", "PersistentVolumeClaim", "StatefulSet", "Kafka", "KafkaTopic", "Cluster"):
        for resource in scaled.of(kind):
            options = resource["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
            assert options == "Prune=false,Delete=false", resource["metadata"]["name"]


def test_the_migration_is_a_hook_that_replaces_its_last_run(manifests: Manifests) -> None:
    annotations = manifests.named("Job", "shoal-migrate")["metadata"]["annotations"]
    assert annotations["argocd.argoproj.io/hook"] == "Sync"
    assert annotations["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"


def test_the_examples_are_valid() -> None:
    require_schemas()
    for resource in [*rendered(ARGOCD).of("AppProject"), *applications()]:
        assert crd_errors(resource) == [], resource["metadata"]["name"]


def test_applications_lead_to_overlays_of_their_project() -> None:
    (project,) = rendered(ARGOCD).of("AppProject")
    spec = project["spec"]
    overlays = set()
    for application in applications():
        source, destination = application["spec"]["source"], application["spec"]["destination"]
        assert application["spec"]["project"] == project["metadata"]["name"]
        assert source["repoURL"] in spec["sourceRepos"]
        assert any(
            fnmatch(destination.get("server", ""), item.get("server", ""))
            and fnmatch(destination.get("name", ""), item.get("name", ""))
            and destination["namespace"] == item["namespace"]
            for item in spec["destinations"]
        )
        assert (K8S.parents[1] / source["path"]).is_dir()
        overlays.add(Path(source["path"]).name)
    assert overlays == {"staging", "production"}


def test_the_project_permits_exactly_what_the_overlays_apply() -> None:
    (project,) = rendered(ARGOCD).of("AppProject")
    permitted = {
        (item["group"], item["kind"])
        for scope in ("cluster", "namespace")
        for item in project["spec"][f"{scope}ResourceWhitelist"]
    }
    assert permitted == {
        (resource["apiVersion"].rpartition("/")[0], resource["kind"])
        for name in ("staging", "production")
        for resource in overlay(name).resources
    }
