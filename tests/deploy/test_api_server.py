"""Every overlay on a Kubernetes API server: Pod Security admits its pods, schemas and rules its fields."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.apiserverkit import ApiServer, running_api_server
from deploy.manifestkit import K8S, OVERLAYS, Workload, overlay, rendered, rendered_text

pytestmark = pytest.mark.timeout(600)
DIGEST = ("0" * 64, "1" * 64)


@pytest.fixture(scope="module", params=OVERLAYS)
def applied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ApiServer]]:
    """Yield the name of an overlay, and an API server that has it."""
    with running_api_server(tmp_path_factory.mktemp("cluster")) as server:
        assert server.apply_text(rendered_text(K8S / "overlays" / request.param)) == ""
        yield request.param, server


def pod_of(workload: Workload) -> dict[str, Any]:
    """Return a pod as a controller would create it."""
    spec = copy.deepcopy(workload.pod)
    for claim in workload.resource["spec"].get("volumeClaimTemplates", []):
        name = claim["metadata"]["name"]
        volume = {"name": name, "persistentVolumeClaim": {"claimName": name}}
        spec.setdefault("volumes", []).append(volume)
    metadata = {"name": f"{workload.name}-0", "namespace": "shoal", "labels": workload.labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def test_an_overlay_may_be_applied_again(applied: tuple[str, ApiServer]) -> None:
    name, server = applied
    assert server.apply_text(rendered_text(K8S / "overlays" / name)) == ""


def test_the_namespace_admits_every_pod(applied: tuple[str, ApiServer]) -> None:
    name, server = applied
    jobs = [rendered(K8S / "operations" / folder) for folder in ("recovery", "dead-letters")]
    for folder in ("recovery", "dead-letters"):
        assert server.apply_text(rendered_text(K8S / "operations" / folder)) == ""
    for workload in (*overlay(name).workloads, *(work for job in jobs for work in job.workloads)):
        assert server.admit_pod(pod_of(workload)) == "", str(workload)


def test_the_namespace_refuses_a_pod_with_rights(applied: tuple[str, ApiServer]) -> None:
    name, server = applied
    pod = pod_of(next(work for work in overlay(name).deployments if work.name == "qa"))
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    assert 'violates PodSecurity "restricted' in server.admit_pod(pod)


def test_replicas_stay_those_of_the_autoscalers(applied: tuple[str, ApiServer]) -> None:
    name, server = applied
    free = [it.name for it in overlay(name).deployments if "replicas" not in it.resource["spec"]]
    for deployment in free:
        scaled = server.run_kubectl("scale", f"deployment/{deployment}", "--replicas=5")
        assert scaled.returncode == 0, scaled.stderr
    assert server.apply_text(rendered_text(K8S / "overlays" / name)) == ""
    for deployment in free:
        answer = server.run_kubectl("get", f"deployment/{deployment}", "--output=jsonpath={.spec.replicas}")
        assert answer.stdout == "5", deployment
    assert "ingest" in free


def test_a_new_image_is_applied_after_the_old_migration_is_deleted(applied: tuple[str, ApiServer]) -> None:
    name, server = applied
    text = rendered_text(K8S / "overlays" / name)
    newer = text.replace("shoal:0.1.0", "shoal:0.2.0").replace(*DIGEST)
    assert newer != text
    assert "field is immutable" in server.apply_text(newer)
    deleted = server.run_kubectl("delete", "job", "shoal-migrate", "--ignore-not-found")
    assert deleted.returncode == 0, deleted.stderr
    assert server.apply_text(newer) == ""
