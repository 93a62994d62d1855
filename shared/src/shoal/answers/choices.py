"""Check the classes of answers."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

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
    classes, earlier = classes_by_name(schema.classes), set[str]()
    for index, label in enumerate(answer.labels):
        field = f"answer.labels[{index}]"
        if problem := label_problem(classes, label, field):
            return problem
        if label in earlier:
            return Problem(field=field, detail=f"class {label!r} appears twice", fix="Name every class once")
        earlier.add(label)
    if schema.most is not None and len(answer.labels) > schema.most:
        return too_many("answer.labels", len(answer.labels), schema.most)
    return _exclusive_problem(schema, answer.labels)


class _Same:
    """A list of classes, equal to itself only: comparing ten thousand classes would take long."""

    def __init__(self, classes: Sequence[LabelClass]) -> None:
        self.classes = classes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.classes is self.classes

    def __hash__(self) -> int:
        return id(self.classes)


def classes_by_name(classes: Sequence[LabelClass]) -> Classes:
    """Return the classes of a schema by name. They are kept for the next answer: there may be 10,000."""
    return _classes_by_name(_Same(classes))


@lru_cache(maxsize=8)
def _classes_by_name(same: _Same) -> Classes:
    return {item.name: item for item in same.classes}


def label_problem(classes: Classes, label: str, field: str) -> Problem | None:
    """Return why a label is no class of a schema; None if it is one."""
    if label in classes:
        return None
    names = tuple(classes)
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
