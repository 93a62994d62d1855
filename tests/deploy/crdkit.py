"""Strict JSON Schemas of custom resources, from ../shared/crd-schemas beside the repository."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from deploy.manifestkit import ROOT, Resource

SCHEMAS = ROOT.parent / "shared" / "crd-schemas"
NEEDS_SCHEMAS = (
    f"needs the schemas of custom resources in {SCHEMAS.parent.name}/{SCHEMAS.name} beside the repository"
)
_OPEN = "x-kubernetes-preserve-unknown-fields"


def schema_file(resource: Resource) -> Path:
    """Return the file with the schema of a resource."""
    group, _, version = resource["apiVersion"].rpartition("/")
    return SCHEMAS / group / f"{resource['kind'].lower()}_{version}.json"


def require_schemas() -> None:
    """Skip the test where the schemas are absent."""
    if not SCHEMAS.is_dir():
        pytest.skip(NEEDS_SCHEMAS)


@cache
def _validator(file: Path) -> Draft7Validator:
    return Draft7Validator(make_strict(json.loads(file.read_text())))


def crd_errors(resource: Resource) -> list[str]:
    """Return what the API server would refuse or drop of a custom resource."""
    errors = _validator(schema_file(resource)).iter_errors(resource)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def make_strict(schema: Any) -> Any:
    """Return a schema that refuses fields it does not declare, as `kubectl apply --validate=strict` does.

    Alternatives (anyOf, oneOf) declare parts of their parent's fields and stay open.
    """
    if not isinstance(schema, dict):
        return schema
    strict = dict(schema)
    for key in ("items", "additionalProperties"):
        if key in schema:
            strict[key] = make_strict(schema[key])
    if "properties" in schema:
        strict["properties"] = {key: make_strict(value) for key, value in schema["properties"].items()}
        if not schema.get(_OPEN):
            strict["additionalProperties"] = False
    return strict
