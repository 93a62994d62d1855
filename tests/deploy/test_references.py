"""Every name that a resource uses is a resource, a documented Secret, or a port that exists."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from deploy.manifestkit import Manifests, Workload, secret_keys
from deploy.networkkit import selects


def selecting(manifests: Manifests, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name and selector of each resource of a kind."""
    for resource in manifests.of(kind):
        spec = resource["spec"]
        selector = spec["podSelector"] if "podSelector" in spec else spec["selector"]
        yield resource["metadata"]["name"], selector.get("matchLabels", selector)


def matching(manifests: Manifests, selector: dict[str, str]) -> list[Workload]:
    """Return the workloads whose pods a selector finds."""
    return [workload for workload in manifests.workloads if selector.items() <= workload.labels.items()]


def test_names_are_unique(manifests: Manifests) -> None:
    counted = Counter(
        (item["apiVersion"], item["kind"], item["metadata"]["name"]) for item in manifests.resources
    )
    assert {key for key, count in counted.items() if count > 1} == set()


def test_everything_is_in_one_namespace(manifests: Manifests) -> None:
    for resource in manifests.resources:
        if resource["kind"] == "Namespace":
            assert resource["metadata"]["name"] == "shoal"
        elif resource["kind"] == "PriorityClass":  # of the whole cluster
            assert "namespace" not in resource["metadata"], resource["metadata"]["name"]
        else:
            assert resource["metadata"]["namespace"] == "shoal", resource["metadata"]["name"]


def test_selectors_of_workloads_find_their_pods_and_no_others(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        if workload.kind in ("Deployment", "StatefulSet"):
            selector = workload.resource["spec"]["selector"]["matchLabels"]
            assert [str(found) for found in matching(manifests, selector)] == [str(workload)]


def test_services_find_pods_with_their_ports(manifests: Manifests) -> None:
    for name, selector in selecting(manifests, "Service"):
        (workload,) = matching(manifests, selector)
        offered = {port["name"]: port["containerPort"] for port in workload.container["ports"]}
        for port in manifests.named("Service", name)["spec"]["ports"]:
            assert port["targetPort"] in offered, f"{name}: {port}"
            assert port["name"] in port.get("appProtocol", port["name"]), f"{name}: {port}"


def test_every_long_running_pod_has_one_disruption_budget(manifests: Manifests) -> None:
    budgets = list(selecting(manifests, "PodDisruptionBudget"))
    for workload in manifests.workloads:
        if workload.kind in ("Deployment", "StatefulSet"):
            found = [name for name, selector in budgets if selector.items() <= workload.labels.items()]
            assert found == [workload.name]  # an eviction fails where two budgets select a pod
    for resource in manifests.of("PodDisruptionBudget"):
        assert resource["spec"]["maxUnavailable"] == 1
        assert resource["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_every_pod_is_selected_by_a_network_policy(manifests: Manifests) -> None:
    policies = [selector for _, selector in selecting(manifests, "NetworkPolicy")]
    for workload in manifests.workloads:
        if workload.kind != "Job":
            assert any(selector.items() <= workload.labels.items() for selector in policies), str(workload)


def test_accounts_settings_and_claims_exist(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        assert workload.pod["serviceAccountName"] in manifests.names("ServiceAccount"), str(workload)
        configs = {
            source["configMapRef"]["name"] for it in workload.containers for source in it.get("envFrom", [])
        }
        volumes = workload.pod.get("volumes", [])
        configs |= {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
        assert configs <= manifests.names("ConfigMap"), str(workload)
        assert claims_of(workload) <= manifests.names("PersistentVolumeClaim"), str(workload)


def test_volumes_are_mounted_and_mounts_have_volumes(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        volumes = {volume["name"] for volume in workload.pod.get("volumes", [])}
        volumes |= {
            it["metadata"]["name"] for it in workload.resource["spec"].get("volumeClaimTemplates", [])
        }
        mounts = [mount for container in workload.containers for mount in container.get("volumeMounts", [])]
        assert {mount["name"] for mount in mounts} == volumes, str(workload)


def test_pods_share_a_node_with_a_claim_that_one_node_mounts(manifests: Manifests) -> None:
    """A second node could not attach the volume: the pod would wait for ever."""
    for claim in manifests.of("PersistentVolumeClaim"):
        if claim["spec"]["accessModes"] != ["ReadWriteOnce"]:
            continue
        users = [it for it in manifests.deployments if claim["metadata"]["name"] in claims_of(it)]
        for workload in users if len(users) > 1 else ():
            (term,) = workload.pod["affinity"]["podAffinity"][
                "requiredDuringSchedulingIgnoredDuringExecution"
            ]
            assert term["topologyKey"] == "kubernetes.io/hostname"
            assert all(selects(term["labelSelector"], other.labels) for other in users)
        if len(users) == 1:
            assert users[0].resource["spec"]["strategy"]["type"] == "Recreate", str(users[0])


def claims_of(workload: Workload) -> set[str]:
    """Return the claims that the pods mount."""
    volumes = workload.pod.get("volumes", [])
    return {it["persistentVolumeClaim"]["claimName"] for it in volumes if "persistentVolumeClaim" in it}


def test_probes_and_monitors_name_ports_of_the_pods(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for container in workload.containers:
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if "httpGet" in container.get(probe, {}):
                    assert container[probe]["httpGet"]["port"] in ports, f"{workload}: {probe}"


def test_routes_lead_to_ports_of_services(scaled: Manifests) -> None:
    routes = scaled.of("HTTPRoute")
    for route in routes:
        for backend in (it for rule in route["spec"]["rules"] for it in rule["backendRefs"]):
            service = scaled.named("Service", backend["name"])
            assert backend["port"] in {port["port"] for port in service["spec"]["ports"]}
    assert routes


def external_secret_keys(manifests: Manifests) -> dict[str, set[str]]:
    """Return the keys of the Secrets that ExternalSecrets make, by name."""
    made: dict[str, set[str]] = {}
    for resource in manifests.of("ExternalSecret"):
        target: dict[str, Any] = resource["spec"].get("target", {})
        keys = target.get("template", {}).get("data") or {
            it["secretKey"]: "" for it in resource["spec"]["data"]
        }
        made[target.get("name", resource["metadata"]["name"])] = set(keys)
    return made


def test_external_secrets_make_the_keys_that_pods_read(scaled: Manifests) -> None:
    made = external_secret_keys(scaled)
    for workload in scaled.workloads:
        for name, key in secret_keys(workload):
            if name in made and key:
                assert key in made[name], f"{workload}: {name}/{key}"
