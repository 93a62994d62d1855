"""Find the changes of a JSON schema that break programs written for the version before."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return one line per incompatible change from `old` to `new`, JSON schemas of pydantic.

    Incompatible changes: a field was removed, changed its type, became required, or is new and required; the
    set of allowed values changed. A new optional field and a new description are compatible.
    """
    return list(_compare_nodes(_Node(old, old), _Node(new, new), "", frozenset()))


class _Node:
    """A schema with the root schema of its references."""

    def __init__(self, schema: Schema, root: Schema) -> None:
        self.root = root
        self.reference = schema.get("$ref", "")
        self.schema = self._resolve(schema)

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            name = str(schema["$ref"]).removeprefix("#/$defs/")
            schema = self.root["$defs"][name]
        return schema

    def child(self, schema: Schema) -> "_Node":
        return _Node(schema, self.root)

    def properties(self) -> Mapping[str, Schema]:
        properties: Mapping[str, Schema] = self.schema.get("properties", {})
        return properties

    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))


_PARTS = ("items", "additionalProperties")
_UNIONS = ("anyOf", "oneOf")


def _compare_nodes(old: _Node, new: _Node, path: str, compared: frozenset[tuple[str, str]]) -> Iterator[str]:
    pair = (old.reference, new.reference)
    if old.reference and pair in compared:  # a recursive type was compared further up
        return
    compared = compared | {pair}
    if _kind_of(old.schema) != _kind_of(new.schema):
        yield f"{path or 'event'}: retyped from {_kind_of(old.schema)} to {_kind_of(new.schema)}"
        return
    yield from _compare_objects(old, new, path, compared)
    for part in _PARTS:
        if isinstance(old.schema.get(part), Mapping) and isinstance(new.schema.get(part), Mapping):
            yield from _compare_nodes(
                old.child(old.schema[part]), new.child(new.schema[part]), f"{path}[]", compared
            )
    for union in _UNIONS:
        yield from _compare_unions(old, new, union, path=path, compared=compared)


def _compare_objects(
    old: _Node, new: _Node, path: str, compared: frozenset[tuple[str, str]]
) -> Iterator[str]:
    before, after = old.properties(), new.properties()
    for name in sorted(before.keys() - after.keys()):
        yield f"{path}.{name}: removed"
    for name in sorted(new.required() - old.required()):
        how = "became required" if name in before else "is new and required"
        yield f"{path}.{name}: {how}"
    for name in sorted(before.keys() & after.keys()):
        yield from _compare_nodes(old.child(before[name]), new.child(after[name]), f"{path}.{name}", compared)


def _compare_unions(
    old: _Node, new: _Node, union: str, *, path: str, compared: frozenset[tuple[str, str]]
) -> Iterator[str]:
    after = {_kind_of(new.child(option).schema): option for option in new.schema.get(union, ())}
    for option in old.schema.get(union, ()):
        kind = _kind_of(old.child(option).schema)
        if kind in after:
            yield from _compare_nodes(old.child(option), new.child(after[kind]), path, compared)


def _kind_of(schema: Schema) -> str:
    """Return the kind of a schema's values: a type, the allowed values, or the number of alternatives."""
    for union in _UNIONS:
        if union in schema:
            return f"{union} of {len(schema[union])}"
    if "const" in schema:
        return f"const {schema['const']!r}"
    if "enum" in schema:
        return f"one of {sorted(map(str, schema['enum']))}"
    kind = str(schema.get("type", "anything"))
    title = str(schema.get("title", "")) if kind == "object" and "properties" in schema else ""
    return " ".join(filter(None, (kind, schema.get("format", ""), title)))
