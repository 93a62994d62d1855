"""What the API server checks of custom resources: strict schemas, and rules in its expression language CEL.

The schemas are those of the operators, in ../shared/crd-schemas beside the repository.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cel
import pytest
from jsonschema import Draft7Validator

from deploy.manifestkit import ROOT, Resource

SCHEMAS = ROOT.parent / "shared" / "crd-schemas"
OPEN = "x-kubernetes-preserve-unknown-fields"
RULES = "x-kubernetes-validations"
RESERVED = {"namespace", "package", "import", "function", "return", "if", "else", "for", "in", "as", "const"}
"""Words of CEL that are also names of fields; a rule writes them as __name__."""


def require_schemas() -> None:
    """Skip the test where the schemas are absent."""
    if not SCHEMAS.is_dir():
        pytest.skip(
            "needs the schemas of custom resources: the folder ../shared/crd-schemas beside the repository"
        )


def schema_file(resource: Resource) -> Path:
    """Return the file with the schema of a resource."""
    group, _, version = resource["apiVersion"].rpartition("/")
    return SCHEMAS / group / f"{resource['kind'].lower()}_{version}.json"


def crd_errors(resource: Resource) -> list[str]:
    """Return what the API server would refuse or drop of a custom resource."""
    file = schema_file(resource)
    errors = [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validator(file).iter_errors(resource)
    ]
    return errors or list(broken_rules(_schema(file), with_defaults(_schema(file), resource)))


@cache
def _schema(file: Path) -> Any:
    return json.loads(file.read_text())


@cache
def _validator(file: Path) -> Draft7Validator:
    return Draft7Validator(make_strict(_schema(file)))


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
        if not schema.get(OPEN):
            strict["additionalProperties"] = False
    return strict


def with_defaults(schema: Any, value: Any) -> Any:
    """Return a value with the defaults of its schema, which the API server sets before it evaluates rules."""
    if isinstance(value, list):
        return [with_defaults(schema.get("items", {}), item) for item in value]
    if not isinstance(value, dict) or not isinstance(schema, dict):
        return value
    fields = schema.get("properties", {})
    complete = {key: field["default"] for key, field in fields.items() if "default" in field} | value
    others = schema.get("additionalProperties", {})
    return {key: with_defaults(fields.get(key, others), item) for key, item in complete.items()}


def broken_rules(schema: Any, value: Any, path: str = "") -> Iterator[str]:
    """Yield the rules that a value breaks. Rules about the previous value are for updates and left out."""
    if not isinstance(schema, dict):
        return
    for rule in schema.get(RULES, ()):
        if "oldSelf" not in rule["rule"] and not cel.evaluate(rule["rule"], {"self": _escaped(value)}):
            yield f"{path}: {rule.get('message', rule['rule'])}"
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from broken_rules(schema.get("items"), item, f"{path}[{index}]")
    elif isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            yield from broken_rules(fields.get(key, others), item, f"{path}.{key}")


def _escaped(value: Any) -> Any:
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if isinstance(value, dict):
        return {f"__{key}__" if key in RESERVED else key: _escaped(item) for key, item in value.items()}
    return value
