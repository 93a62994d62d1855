"""Check label schemas before they are published."""

from collections.abc import Sequence

from shoal.answers.problems import Problem, list_names
from shoal.answers.scalars import step_slack
from shoal.contracts.label_schemas import (
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    NumberSchema,
    RatingSchema,
    classes_of,
)

MOST_RATINGS = 11
MOST_SLACK = 0.1
"""Of a number with steps: the rounding error of its range, as a share of a step."""
_WITH_ATTRIBUTES = ("boxes", "polygons", "spans")


def schema_problem(schema: LabelSchema) -> Problem | None:
    """Return why a label schema cannot be used; None if it can. Fields begin with `label_schema`."""
    classes = classes_of(schema)
    problem = _blank_problem(classes) or _twice_problem([item.name for item in classes], "name")
    problem = problem or _shortcut_problem(classes)
    problem = problem or _attributes_problem(schema.kind, classes)
    if problem is None and isinstance(schema, MultiChoiceSchema):
        return _groups_problem(schema)
    if isinstance(schema, RatingSchema):
        return _scale_problem(schema)
    return _range_problem(schema) if isinstance(schema, NumberSchema) else problem


def _blank_problem(classes: Sequence[LabelClass]) -> Problem | None:
    for index, item in enumerate(classes):
        for field, name in [("name", item.name), *(("attributes", name) for name in item.attributes)]:
            if not name.strip():
                path = f"label_schema.classes[{index}].{field}"
                return Problem(field=path, detail=f"{name!r} is no name", fix="Send a name that can be read")
    return None


def _shortcut_problem(classes: Sequence[LabelClass]) -> Problem | None:
    return _twice_problem([item.shortcut for item in classes], "shortcut")


def _twice_problem(values: Sequence[str | None], field: str) -> Problem | None:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value is not None and first.setdefault(value, index) < index:
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


def _range_problem(schema: NumberSchema) -> Problem | None:
    if not schema.low < schema.high:
        detail = f"high {schema.high:g} is not larger than low {schema.low:g}"
        return Problem(field="label_schema.high", detail=detail, fix="Send low < high")
    if schema.step is not None and schema.step > schema.high - schema.low:
        detail = f"step {schema.step:g} is larger than the range, so that only {schema.low:g} is on a step"
        return Problem(field="label_schema.step", detail=detail, fix="Send a smaller step, or leave it out")
    if step_slack(schema) > MOST_SLACK:
        detail = f"steps of {schema.step:g} cannot be told apart in floating-point numbers of this range"
        return Problem(field="label_schema.step", detail=detail, fix="Send a larger step, or leave it out")
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
