"""Check the classes of answers."""

from collections.abc import Mapping, Sequence

from shoal.answers.problems import Problem, list_names
from shoal.contracts.answers import ClassAnswer, ClassesAnswer
from shoal.contracts.label_schemas import LabelClass, MultiChoiceSchema, SingleChoiceSchema
from shoal.contracts.samples import Content
from shoal.suggestions import closest_name

Classes = Mapping[str, LabelClass]


def class_problem(schema: SingleChoiceSchema, answer: ClassAnswer, _content: Content) -> Problem | None:
    """Return why a class does not fit; None if it does."""
    return label_problem(classes_by_name(schema.classes), answer.label, "answer.label")


def classes_problem(schema: MultiChoiceSchema, answer: ClassesAnswer, _content: Content) -> Problem | None:
    """Return why a set of classes does not fit; None if it does."""
    classes = classes_by_name(schema.classes)
    for index, label in enumerate(answer.labels):
        field = f"answer.labels[{index}]"
        if problem := label_problem(classes, label, field):
            return problem
        if label in answer.labels[:index]:
            return Problem(field=field, detail=f"class {label!r} appears twice", fix="Name every class once")
    if schema.most is not None and len(answer.labels) > schema.most:
        return too_many("answer.labels", len(answer.labels), schema.most)
    return _exclusive_problem(schema, answer.labels)


def classes_by_name(classes: Sequence[LabelClass]) -> Classes:
    """Return the classes of a schema by name, to check many labels: schemas have up to 10,000 classes."""
    return {item.name: item for item in classes}


def label_problem(classes: Classes, label: str, field: str) -> Problem | None:
    """Return why a label is no class of a schema; None if it is one."""
    if label in classes:
        return None
    names = list(classes)
    close = closest_name(label, names)
    hint = "" if close is None else f"did you mean {close!r}? "
    detail = f"{label!r} is not in the label schema"
    return Problem(field=field, detail=detail, fix=f"{hint}Use one of {list_names(names)}")


def attributes_problem(classes: Classes, label: str, attributes: Sequence[str], field: str) -> Problem | None:
    """Return why attributes do not belong to their class; None if they do. label: a class of the schema."""
    allowed = classes[label].attributes
    for index, attribute in enumerate(attributes):
        path = f"{field}.attributes[{index}]"
        if attribute not in allowed:
            detail = f"{attribute!r} is no attribute of class {label!r}"
            fix = f"Use one of {list_names(allowed)}" if allowed else "Send no attributes for this class"
            return Problem(field=path, detail=detail, fix=fix)
        if attribute in attributes[:index]:
            detail = f"attribute {attribute!r} appears twice"
            return Problem(field=path, detail=detail, fix="Name every attribute once")
    return None


def too_many(field: str, count: int, most: int) -> Problem:
    """Return the refusal of an answer with more objects than the schema allows."""
    detail = f"{count} entries, but the label schema allows {most}"
    return Problem(field=field, detail=detail, fix=f"Send at most {most}")


def _exclusive_problem(schema: MultiChoiceSchema, labels: Sequence[str]) -> Problem | None:
    names = frozenset(labels)
    for group in schema.exclusive:
        both = names.intersection(group)
        together = [label for label in labels if label in both] if len(both) > 1 else []
        if len(together) > 1:
            detail = f"{together[0]!r} and {together[1]!r} exclude each other"
            field = f"answer.labels[{labels.index(together[1])}]"
            return Problem(field=field, detail=detail, fix=f"Send at most one of {list_names(group)}")
    return None
