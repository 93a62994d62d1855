"""What every pod of every overlay has: rights, probes, resources, a graceful end."""

from importlib import import_module

import pytest

from deploy.manifestkit import COMPONENT, PACKAGES, Manifests, Workload
from deploy.test_admission import amount_of

STOP_MARGIN_S = 10
"""A process ends itself this long after SHOAL_GRACEFUL_TIMEOUT_S (shoal.runtime.running)."""


def services_of(manifests: Manifests) -> list[Workload]:
    """Return the Deployments of Shoal's services."""
    return [workload for workload in manifests.deployments if workload.service]


def test_every_service_is_deployed(manifests: Manifests) -> None:
    assert {workload.service for workload in services_of(manifests)} == set(PACKAGES)


def test_pods_are_admitted_by_the_restricted_standard(manifests: Manifests) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/ and no user below 10,000."""
    for workload in manifests.workloads:
        pod = workload.pod
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True, str(workload)
        assert security["runAsUser"] >= 10_000, str(workload)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, str(workload)
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), str(workload)
        assert "sysctls" not in security
        for container in workload.containers:
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, str(workload)
            assert own["capabilities"] == {"drop": ["ALL"]}, str(workload)
            assert own.keys() <= {"allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem"}
            assert not [port for port in container.get("ports", []) if "hostPort" in port], str(workload)
        kinds = {kind for volume in pod.get("volumes", []) for kind in volume if kind != "name"}
        assert kinds <= {
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "persistentVolumeClaim",
            "projected",
            "secret",
        }, str(workload)


def test_root_filesystems_are_read_only(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for container in workload.containers:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, str(workload)


def test_pods_have_no_rights_at_the_api_server(manifests: Manifests) -> None:
    bound = {
        subject["name"]
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for binding in manifests.of(kind)
        for subject in binding.get("subjects", [])
    }
    for workload in manifests.workloads:
        account = workload.pod["serviceAccountName"]
        assert account != "default", str(workload)
        assert workload.pod["automountServiceAccountToken"] is False, str(workload)
        assert manifests.named("ServiceAccount", account)["automountServiceAccountToken"] is False
        assert account not in bound, str(workload)
        assert workload.pod["enableServiceLinks"] is False, str(workload)


def test_memory_is_reserved_and_cpu_has_no_limit(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for container in workload.containers:
            resources = container["resources"]
            assert resources["requests"].keys() >= {"cpu", "memory"}, str(workload)
            assert resources["limits"]["memory"] == resources["requests"]["memory"], str(workload)
            assert "cpu" not in resources["limits"], str(workload)


def test_disk_of_the_node_is_reserved_and_bounded(manifests: Manifests) -> None:
    """What pods write to /tmp and to their logs fills the disk that all pods of a node share."""
    for workload in manifests.workloads:
        resources = [container["resources"] for container in workload.containers]
        limits = sum(amount_of(resource["limits"]["ephemeral-storage"]) for resource in resources)
        assert all("ephemeral-storage" in resource["requests"] for resource in resources), str(workload)
        volumes = [volume["emptyDir"] for volume in workload.pod.get("volumes", []) if "emptyDir" in volume]
        assert limits > sum(amount_of(volume["sizeLimit"]) for volume in volumes), str(workload)


def test_services_answer_three_probes_on_the_admin_port(manifests: Manifests) -> None:
    for workload in services_of(manifests):
        for name, path in (("startup", "/startupz"), ("readiness", "/readyz"), ("liveness", "/livez")):
            probe = workload.container[f"{name}Probe"]
            assert probe["httpGet"] == {"path": path, "port": "admin"}, str(workload)
            assert probe["timeoutSeconds"] >= 3, (
                "readiness asks Kafka and PostgreSQL, each for a second or two"
            )


def test_a_start_may_last_through_a_short_outage(manifests: Manifests) -> None:
    """A service that starts waits for Kafka and PostgreSQL; a kubelet that kills it makes the wait longer."""
    for workload in services_of(manifests):
        probe = workload.container["startupProbe"]
        longest = probe["periodSeconds"] * probe["failureThreshold"]
        assert longest >= 10 * 60, str(workload)
        assert workload.resource["spec"]["progressDeadlineSeconds"] > longest, "a slow start is no failure"


def test_only_pods_behind_a_service_wait_before_they_stop(manifests: Manifests) -> None:
    selectors = [service["spec"]["selector"] for service in manifests.of("Service")]
    for workload in services_of(manifests):
        behind = any(selector.items() <= workload.labels.items() for selector in selectors)
        assert ("lifecycle" in workload.container) == behind, str(workload)


def test_the_grace_period_covers_the_graceful_stop(manifests: Manifests) -> None:
    for workload in services_of(manifests):
        stop = workload.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        graceful = float(manifests.variables(workload.container)["SHOAL_GRACEFUL_TIMEOUT_S"])
        assert workload.pod["terminationGracePeriodSeconds"] > stop + graceful + STOP_MARGIN_S, str(workload)


def test_updates_start_a_pod_before_they_stop_one(scaled: Manifests) -> None:
    for workload in services_of(scaled):
        strategy = workload.resource["spec"]["strategy"]
        assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_replicas_spread_over_zones_and_nodes(manifests: Manifests) -> None:
    for workload in services_of(manifests):
        spread = workload.pod["topologySpreadConstraints"]
        keys = {constraint["topologyKey"] for constraint in spread}
        assert keys == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, str(workload)
        for constraint in spread:
            assert constraint["labelSelector"]["matchLabels"].items() <= workload.labels.items()
            assert constraint["whenUnsatisfiable"] == "ScheduleAnyway", str(workload)


@pytest.mark.parametrize("service", PACKAGES)
def test_the_entry_point_exists(manifests: Manifests, service: str) -> None:
    commands = [work.container["command"] for work in services_of(manifests) if work.service == service]
    for command in commands:
        assert command[:2] == ["python", "-m"]
        assert callable(import_module(command[2]).main)
    assert commands


def test_serving_and_consuming_scale_apart(scaled: Manifests) -> None:
    """Every service but the embedder, which serves no HTTP, has a Deployment of each role."""
    roles = {
        (workload.service, workload.labels[COMPONENT]): scaled.variables(workload.container).get("SHOAL_ROLE")
        for workload in services_of(scaled)
    }
    both = {(service, part) for service in PACKAGES if service != "embedder" for part in ("api", "worker")}
    assert roles.keys() == both | {("embedder", "worker")}
    for (service, part), role in roles.items():
        assert role == {"api": "http", "worker": "worker"}[part], service
