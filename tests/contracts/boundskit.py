"""Find texts, numbers and times without bounds in pydantic's core schemas."""

from collections.abc import Iterator
from typing import Any

from shoal.choices import OneOf
from shoal.contracts.base import check_json

_NEEDS = {
    "str": ({"pattern", "max_length"}, "a text"),
    "int": ({"ge", "le"}, "an integer"),
    "datetime": ({"ge", "lt"}, "a time"),
}


def fields_without_bounds(schema: Any, path: str = "") -> Iterator[str]:
    """Yield the fields of a schema that may hold what a later store cannot: too long, too large, or a NUL.

    A pattern with an end, such as that of a SHA-256, bounds the length too.
    """
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from fields_without_bounds(part, path)
    if not isinstance(schema, dict):
        return
    kind = str(schema.get("type"))
    function = schema.get("function")
    function = function.get("function") if isinstance(function, dict) else function
    if isinstance(getattr(function, "__self__", None), OneOf) or function is check_json:
        return  # one of few names, or JSON that a function checks
    if kind in _NEEDS:
        needs, name = _NEEDS[kind]
        absent = needs - {key for key in schema if schema[key] is not None}
        if absent and not (absent == {"max_length"} and str(schema.get("pattern")).endswith("}$")):
            yield f"{path}: {name} without {', '.join(sorted(absent))}"
    if kind == "any":
        yield f"{path}: anything"
    if kind == "float" and schema.get("allow_inf_nan") and not {"ge", "le"} <= set(schema):
        yield f"{path}: a number that may be infinite"
    for key, part in schema.items():
        if kind in ("model-fields", "typed-dict") and key == "fields":
            for name, field in part.items():
                yield from fields_without_bounds(field, f"{path}.{name}")
        elif key not in ("metadata", "default", "config", "serialization"):
            yield from fields_without_bounds(part, path)
