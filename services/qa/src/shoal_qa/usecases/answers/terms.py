"""The terms of a label schema that decide which answers are possible: if they change, labels do not mix."""

import json
from typing import Any

from pydantic import TypeAdapter

from shoal.contracts.label_schemas import LabelSchema, classes_of

_SCHEMA: TypeAdapter[Any] = TypeAdapter(LabelSchema)
_COSMETIC = {"kind", "classes", "criterion", "unit", "names"}


def read_schema(document: Any) -> LabelSchema:
    """Return the label schema of a stored guideline."""
    schema: LabelSchema = _SCHEMA.validate_python(document)
    return schema


def answer_terms(schema: LabelSchema) -> list[str]:
    """Return the names of classes; for other kinds than one class also the kind, limits and attributes."""
    classes = classes_of(schema)
    names = [item.name for item in classes]
    if schema.kind == "single_choice":
        return names
    limits = {name: value for name, value in schema.model_dump(mode="json").items() if name not in _COSMETIC}
    attributes = {item.name: sorted(item.attributes) for item in classes if item.attributes}
    terms = json.dumps([schema.kind, limits, attributes], sort_keys=True, ensure_ascii=False)
    return [*names, terms]
