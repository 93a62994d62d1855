"""deploy/k8s/operations: the Jobs of operators beside production's pods."""

import os
import subprocess
from collections.abc import Callable

import pytest

from deploy import test_admission, test_pods, test_references, test_schemas
from deploy.manifestkit import KUBECTL, Manifests, Resource, Workload, composed, variables_of
from deploy.networkkit import allows, pods_named
from deploy.test_network_policies import INGEST, KAFKA, POSTGRES, PUBLIC, QDRANT
from e2e.own_stack.test_restore import OWNERS
from shoal.messaging import KafkaSettings

JOBS = {"recovery": "restore-operator", "dead-letters": "dlq-operator"}
"""The user of Kafka of each Job."""
INVARIANTS: tuple[Callable[[Manifests], None], ...] = (
    test_pods.test_pods_are_admitted_by_the_restricted_standard,
    test_pods.test_root_filesystems_are_read_only,
    test_pods.test_pods_have_no_rights_at_the_api_server,
    test_pods.test_memory_is_reserved_and_cpu_has_no_limit,
    test_pods.test_disk_of_the_node_is_reserved_and_bounded,
    test_references.test_names_are_unique,
    test_references.test_everything_is_in_one_namespace,
    test_references.test_selectors_of_workloads_find_their_pods_and_no_others,
    test_references.test_every_pod_is_selected_by_a_network_policy,
    test_references.test_accounts_settings_and_claims_exist,
    test_references.test_volumes_are_mounted_and_mounts_have_volumes,
    test_references.test_external_secrets_make_the_keys_that_pods_read,
    test_admission.test_labels_have_permitted_keys_and_values,
    test_admission.test_container_ports_and_names_are_unique,
    test_admission.test_pods_select_within_permitted_combinations,
)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Manifests:
    """Return production with the Jobs of operators."""
    folders = ("overlays/production", *(f"operations/{name}" for name in JOBS))
    return composed(tmp_path_factory.mktemp("operations"), resources=folders, components=())


@pytest.fixture(params=JOBS)
def job(request: pytest.FixtureRequest, manifests: Manifests) -> Workload:
    """Return one of the Jobs."""
    (found,) = [it for it in manifests.workloads if (it.kind, it.name) == ("Job", request.param)]
    return found


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda check: check.__name__)
def test_jobs_of_operators_are_as_all_other_pods(
    manifests: Manifests, invariant: Callable[[Manifests], None]
) -> None:
    invariant(manifests)


@pytest.mark.parametrize("version", test_schemas.VERSIONS)
def test_jobs_of_operators_validate_strictly(manifests: Manifests, version: str) -> None:
    test_schemas.test_kubernetes_resources_validate_strictly(manifests, version)


def test_jobs_of_operators_log_in_to_kafka_with_their_own_user(manifests: Manifests, job: Workload) -> None:
    user = JOBS[job.name]
    assert user in manifests.names("KafkaUser")
    for container in job.containers:
        variables = manifests.variables(container)
        assert variables["SHOAL_KAFKA_SASL_USERNAME"] == user
        assert variables["SHOAL_KAFKA_SASL_PASSWORD"] == f"kafka-{user}/password"
        assert variables.keys() <= {*variables_of(KafkaSettings), "SHOAL_POSTGRES_DSN", "SINCE"}


def test_jobs_of_operators_use_the_kafka_of_the_services(manifests: Manifests, job: Workload) -> None:
    service = next(work for work in manifests.deployments if work.name == "qa-worker")
    for container in job.containers:
        found, expected = manifests.variables(container), manifests.variables(service.container)
        shared = {name for name in expected if name.startswith("SHOAL_KAFKA_") and "_SASL_" not in name}
        assert {name: found[name] for name in shared} == {name: expected[name] for name in shared}
        assert found["SHOAL_KAFKA_SASL_MECHANISM"] == expected["SHOAL_KAFKA_SASL_MECHANISM"]


def test_jobs_of_operators_reach_kafka_and_postgres_only(manifests: Manifests) -> None:
    operations = pods_named("operations")
    assert allows(manifests, operations, KAFKA, 9093)
    assert allows(manifests, operations, POSTGRES, 5432)
    for target, port in ((QDRANT, 6334), (INGEST, 8080), (PUBLIC, 443)):
        assert not allows(manifests, operations, target, port)


def test_recovery_is_what_the_page_on_operation_says(manifests: Manifests) -> None:
    """All services first, one after the other, and then the groups."""
    recovery = next(work for work in manifests.workloads if work.name == "recovery")
    since = ["--since", "$(SINCE)"]
    steps = [["shoal", "topics", "recover", name, *since] for name in OWNERS]
    assert [step["command"] for step in recovery.pod["initContainers"]] == steps
    assert recovery.container["command"] == ["shoal", "topics", "rewind", *since]
    for step, owner in zip(recovery.pod["initContainers"], OWNERS, strict=True):
        assert manifests.variables(step)["SHOAL_POSTGRES_DSN"] == f"{owner}-database/dsn"


def test_the_commands_of_recovery_are_accepted_and_say_what_is_away(manifests: Manifests) -> None:
    recovery = next(work for work in manifests.workloads if work.name == "recovery")
    for container in (recovery.containers[0], recovery.container):
        run = run_command(container)
        assert run.returncode == 1, run.stderr
        assert run.stderr.splitlines()[-1].startswith("error: "), run.stderr


def test_recovery_without_a_time_says_what_to_set(manifests: Manifests) -> None:
    recovery = next(work for work in manifests.workloads if work.name == "recovery")
    run = run_command(recovery.container, since="")
    assert run.returncode == 2
    assert "'' is no time" in run.stderr


def run_command(
    container: Resource, since: str = "2026-01-31T03:00:00Z"
) -> "subprocess.CompletedProcess[str]":
    """Run a container's command while Kafka is away."""
    command = [part.replace("$(SINCE)", since) for part in container["command"]]
    environment = {
        **os.environ,
        "SHOAL_KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "SHOAL_POSTGRES_DSN": "postgresql://",
    }
    return subprocess.run(
        [KUBECTL.parent / command[0], *command[1:]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
