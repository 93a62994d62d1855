"""Check label schemas before they are published."""

from collections import Counter
from collections.abc import Sequence

from shoal.answers.problems import Problem, list_names
from shoal.contracts.label_schemas import (
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    NumberSchema,
    RatingSchema,
    classes_of,
)

MOST_RATINGS = 11
_WITH_ATTRIBUTES = ("boxes", "polygons", "spans")


def schema_problem(schema: LabelSchema) -> Problem | None:
    """Return why a label schema cannot be used; None if it can. Fields begin with `label_schema`."""
    classes = classes_of(schema)
    problem = _twice_problem([item.name for item in classes], "name") or _shortcut_problem(classes)
    problem = problem or _attributes_problem(schema.kind, classes)
    if problem is None and isinstance(schema, MultiChoiceSchema):
        return _groups_problem(schema)
    if isinstance(schema, RatingSchema):
        return _scale_problem(schema)
    if isinstance(schema, NumberSchema) and not schema.low < schema.high:
        detail = f"high {schema.high:g} is not larger than low {schema.low:g}"
        return Problem(field="label_schema.high", detail=detail, fix="Send low < high")
    return problem


def _shortcut_problem(classes: Sequence[LabelClass]) -> Problem | None:
    return _twice_problem([item.shortcut for item in classes], "shortcut")


def _twice_problem(values: Sequence[str | None], field: str) -> Problem | None:
    counts = Counter(value for value in values if value is not None)
    for index, value in enumerate(values):
        if value is not None and counts[value] > 1 and value in values[:index]:
            what = f"class {value!r}" if field == "name" else f"{field} {value!r}"
            path = f"label_schema.classes[{index}].{field}"
            return Problem(
                field=path, detail=f"{what} appears twice", fix=f"Give every class its own {field}"
            )
    return None


def _attributes_problem(kind: str, classes: Sequence[LabelClass]) -> Problem | None:
    for index, item in enumerate(classes):
        field = f"label_schema.classes[{index}].attributes"
        if item.attributes and kind not in _WITH_ATTRIBUTES:
            detail = f"classes of {kind!r} have no attributes"
            fix = f"Leave attributes out, or use one of {list_names(_WITH_ATTRIBUTES)}"
            return Problem(field=field, detail=detail, fix=fix)
        if len(set(item.attributes)) < len(item.attributes):
            detail = f"class {item.name!r} has an attribute twice"
            return Problem(field=field, detail=detail, fix="Name every attribute once")
    return None


def _groups_problem(schema: MultiChoiceSchema) -> Problem | None:
    names = {item.name for item in schema.classes}
    for row, group in enumerate(schema.exclusive):
        for column, name in enumerate(group):
            field = f"label_schema.exclusive[{row}][{column}]"
            if name not in names:
                detail = f"{name!r} is not in the label schema"
                return Problem(field=field, detail=detail, fix="Name classes of `classes`, or add the class")
            if name in group[:column]:
                detail = f"class {name!r} appears twice in its group"
                return Problem(field=field, detail=detail, fix="Name every class of a group once")
    return None


def _scale_problem(schema: RatingSchema) -> Problem | None:
    if not schema.low < schema.high < schema.low + MOST_RATINGS:
        detail = f"a scale from {schema.low} to {schema.high} does not have 2 to {MOST_RATINGS} values"
        return Problem(field="label_schema.high", detail=detail, fix="Choose other ends, or kind `number`")
    values = {str(value) for value in range(schema.low, schema.high + 1)}
    for name in schema.names:
        if name not in values:
            detail = f"{name!r} is not on the scale from {schema.low} to {schema.high}"
            fix = f"Use numbers from {schema.low} to {schema.high} as keys"
            return Problem(field=f"label_schema.names.{name}", detail=detail, fix=fix)
    return None
