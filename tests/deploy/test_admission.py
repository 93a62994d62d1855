"""What the API server refuses after the schemas: names, labels, quantities and pairs of fields."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from deploy.manifestkit import Manifests

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
LABEL_KEY = re.compile(rf"({SUBDOMAIN.pattern}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
FACTORS = {"m": Decimal("0.001"), "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
FACTORS |= {unit: 2 ** (10 * power) for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)}
LONGEST_NAME = {"Service": 63, "Namespace": 63, "StatefulSet": 52, "CronJob": 52, "Job": 63}
LARGEST_OBJECT = 1024 * 1024  # etcd's limit is 1.5 MiB a request


def amount_of(quantity: str | int | float) -> Decimal:
    """Return a quantity such as 500m or 1Gi as a number."""
    match = QUANTITY.fullmatch(str(quantity))
    assert match, quantity
    return Decimal(match[1]) * FACTORS[match[2] or ""]


def label_maps(value: Any) -> Iterator[dict[str, str]]:
    """Yield every map of labels within a resource."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("labels", "matchLabels") and isinstance(item, dict):
                yield item
            yield from label_maps(item)
    elif isinstance(value, list):
        for item in value:
            yield from label_maps(item)


def test_names_are_dns_names_of_a_permitted_length(manifests: Manifests) -> None:
    for resource in manifests.resources:
        name, kind = resource["metadata"]["name"], resource["kind"]
        assert SUBDOMAIN.fullmatch(name), name
        assert len(name) <= LONGEST_NAME.get(kind, 253), name
        if kind == "Service":
            assert DNS_LABEL.fullmatch(name), name
            assert name[0].isalpha(), name


def test_labels_have_permitted_keys_and_values(manifests: Manifests) -> None:
    for resource in manifests.resources:
        for labels in label_maps(resource):
            for key, value in labels.items():
                assert LABEL_KEY.fullmatch(key), key
                assert LABEL_VALUE.fullmatch(value), f"{key}: {value}"
                assert len(value) <= 63, value
                assert len(key.rpartition("/")[2]) <= 63, key


def test_annotations_are_texts_below_the_limit(manifests: Manifests) -> None:
    for resource in manifests.resources:
        annotations = resource["metadata"].get("annotations", {})
        assert all(isinstance(value, str) for value in annotations.values()), resource["metadata"]["name"]
        assert sum(map(len, [*annotations, *annotations.values()])) < 256 * 1024


def test_settings_and_dashboards_fit_into_an_object(manifests: Manifests) -> None:
    for resource in manifests.resources:
        assert len(json.dumps(resource)) < LARGEST_OBJECT, resource["metadata"]["name"]
        if resource["kind"] == "ConfigMap":
            assert all(isinstance(value, str) for value in resource["data"].values())


def test_container_ports_and_names_are_unique(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        names = [container["name"] for container in workload.containers]
        assert len(set(names)) == len(names)
        for container in workload.containers:
            assert DNS_LABEL.fullmatch(container["name"])
            ports = container.get("ports", [])
            assert len({port["name"] for port in ports}) == len(ports), str(workload)
            for port in ports:
                assert PORT_NAME.fullmatch(port["name"]), port["name"]
                assert len(port["name"]) <= 15, port["name"]
            paths = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            assert len(set(paths)) == len(paths), str(workload)
            variables = [entry["name"] for entry in container.get("env", [])]
            assert len(set(variables)) == len(variables), str(workload)


def test_requests_are_quantities_within_the_limits(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for container in workload.containers:
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            for name, quantity in requests.items():
                assert 0 < amount_of(quantity) <= amount_of(limits.get(name, quantity)), f"{workload}: {name}"
        for volume in workload.pod.get("volumes", []):
            if "emptyDir" in volume:
                assert amount_of(volume["emptyDir"]["sizeLimit"]) > 0, "a node's disk is everybody's"


def test_a_memory_limit_covers_the_memory_volumes(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for volume in workload.pod.get("volumes", []):
            assert volume.get("emptyDir", {}).get("medium") != "Memory", str(workload)


def test_pods_select_within_permitted_combinations(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        spec = workload.resource["spec"]
        if workload.kind in ("Job", "CronJob"):
            assert workload.pod["restartPolicy"] in ("Never", "OnFailure"), str(workload)
        else:
            assert spec["selector"]["matchLabels"].items() <= workload.labels.items(), str(workload)
            assert workload.pod.get("restartPolicy", "Always") == "Always"
        spread = workload.pod.get("topologySpreadConstraints", [])
        pairs = {(item["topologyKey"], item["whenUnsatisfiable"]) for item in spread}
        assert len(pairs) == len(spread), "the pair of key and action is unique"
        for item in spread:
            assert not set(item.get("matchLabelKeys", [])) & item["labelSelector"]["matchLabels"].keys()


def test_only_startup_may_need_one_success_and_grace_is_in_range(manifests: Manifests) -> None:
    for workload in manifests.workloads:
        for container in workload.containers:
            for name in ("startupProbe", "livenessProbe"):
                assert container.get(name, {}).get("successThreshold", 1) == 1, f"{workload}: {name}"
            sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            assert 0 <= sleep < workload.pod.get("terminationGracePeriodSeconds", 30)


def test_autoscalers_have_a_range(manifests: Manifests) -> None:
    for resource in manifests.of("HorizontalPodAutoscaler"):
        spec = resource["spec"]
        assert 1 <= spec["minReplicas"] <= spec["maxReplicas"]
        target = manifests.named("Deployment", spec["scaleTargetRef"]["name"])
        (container,) = target["spec"]["template"]["spec"]["containers"]
        assert "cpu" in container["resources"]["requests"], "utilisation is a share of the request"


def test_names_leave_room_for_what_controllers_append(manifests: Manifests) -> None:
    """A Deployment's pods are <name>-<10>-<5>; a generated ConfigMap's hash is there already."""
    for resource in manifests.of("Deployment"):
        assert len(resource["metadata"]["name"]) <= 63 - 17


def test_claims_ask_for_storage(manifests: Manifests) -> None:
    for resource in manifests.of("PersistentVolumeClaim"):
        spec = resource["spec"]
        assert amount_of(spec["resources"]["requests"]["storage"]) > 0
        assert len(spec["accessModes"]) == 1
