"""Every resource is one that the API server takes, by Kubernetes' own schemas and those of the operators."""

import kubernetes_validate
import pytest

from deploy.crdkit import crd_errors, make_strict, require_schemas, schema_file
from deploy.manifestkit import Manifests, Resource

VERSIONS = ("1.32", "1.34")
BUILT_IN = (
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
)


def is_built_in(resource: Resource) -> bool:
    """Return whether Kubernetes itself defines a resource."""
    group, _, _ = resource["apiVersion"].rpartition("/")
    return group in ("", *BUILT_IN)


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_resources_validate_strictly(manifests: Manifests, version: str) -> None:
    for resource in filter(is_built_in, manifests.resources):
        kubernetes_validate.validate(resource, version, strict=True)


def test_custom_resources_validate_strictly(manifests: Manifests) -> None:
    require_schemas()
    for resource in manifests.resources:
        if not is_built_in(resource):
            assert schema_file(resource).is_file(), resource["apiVersion"]
            assert crd_errors(resource) == [], f"{resource['kind']} {resource['metadata']['name']}"


def test_a_misspelled_field_of_a_custom_resource_is_an_error(scaled: Manifests) -> None:
    require_schemas()
    route = scaled.named("HTTPRoute", "ingest")
    wrong = {**route, "spec": {**route["spec"], "hostname": ["ingest.example.com"]}}
    assert crd_errors(route) == []
    (error,) = crd_errors(wrong)
    assert "'hostname' was unexpected" in error


def test_a_rule_that_a_custom_resource_breaks_is_an_error(scaled: Manifests) -> None:
    require_schemas()
    route = scaled.named("HTTPRoute", "ingest")
    twice = {**route, "spec": {**route["spec"], "parentRefs": route["spec"]["parentRefs"] * 2}}
    (error,) = crd_errors(twice)
    assert error.startswith(".spec.parentRefs: sectionName or port must be unique when parentRefs includes 2")


def test_open_objects_stay_open() -> None:
    open_object = {"properties": {"a": {"type": "string"}}, "x-kubernetes-preserve-unknown-fields": True}
    assert "additionalProperties" not in make_strict(open_object)
    assert make_strict({"properties": {"a": open_object}})["additionalProperties"] is False
