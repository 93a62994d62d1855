"""Find the changes of a JSON schema that break programs written for the version before."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return one line per incompatible change from `old` to `new`, JSON schemas of pydantic.

    Incompatible changes: a field was removed, changed its type, became required, or is new and required; the
    set of allowed values changed; an alternative was removed. A new optional field, a new description, and a
    new alternative that its `kind` tells from the others are compatible.
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
    if _is_union(old.schema) or _is_union(new.schema):
        yield from _compare_unions(old, new, path, compared)
        return
    if _kind_of(old.schema) != _kind_of(new.schema):
        yield _retyped_text(old, new, path)
        return
    yield from _compare_objects(old, new, path, compared)
    for part in _PARTS:
        if isinstance(old.schema.get(part), Mapping) and isinstance(new.schema.get(part), Mapping):
            yield from _compare_nodes(
                old.child(old.schema[part]), new.child(new.schema[part]), f"{path}[]", compared
            )


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


def _compare_unions(old: _Node, new: _Node, path: str, compared: frozenset[tuple[str, str]]) -> Iterator[str]:
    before = {_kind_of(option.schema): option for option in _list_alternatives(old)}
    after = {_kind_of(option.schema): option for option in _list_alternatives(new)}
    added = [option for kind, option in after.items() if kind not in before]
    if before.keys() - after.keys() or any(_tag_of(option.schema) is None for option in added):
        yield _retyped_text(old, new, path)
    for kind in sorted(before.keys() & after.keys()):
        yield from _compare_nodes(before[kind], after[kind], path, compared)


def _is_union(schema: Schema) -> bool:
    return any(union in schema for union in _UNIONS)


def _list_alternatives(node: _Node) -> list[_Node]:
    """Return the alternatives of a node at any depth; the node itself if it has none."""
    if not _is_union(node.schema):
        return [node]
    options = [option for union in _UNIONS for option in node.schema.get(union, ())]
    return [inner for option in options for inner in _list_alternatives(node.child(option))]


def _retyped_text(old: _Node, new: _Node, path: str) -> str:
    before, after = (
        " or ".join(sorted(_kind_of(option.schema) for option in _list_alternatives(node)))
        for node in (old, new)
    )
    return f"{path or 'event'}: retyped from {before} to {after}"


def _tag_of(schema: Schema) -> str | None:
    """Return the constant `kind` of an object; None if it has none."""
    tag = schema.get("properties", {}).get("kind", {}).get("const")
    return None if tag is None else str(tag)


def _kind_of(schema: Schema) -> str:
    """Return the kind of a schema's values: a type, the constant `kind` of an object, or allowed values."""
    if "const" in schema:
        return f"const {schema['const']!r}"
    if "enum" in schema:
        return f"one of {sorted(map(str, schema['enum']))}"
    if (tag := _tag_of(schema)) is not None:
        return f"object of kind {tag}"
    kind = str(schema.get("type", "anything"))
    title = str(schema.get("title", "")) if kind == "object" and "properties" in schema else ""
    return " ".join(filter(None, (kind, schema.get("format", ""), title)))
