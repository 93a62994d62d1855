"""What depends on the kind of a project's answers."""

from collections.abc import Sequence
from typing import Any

from shoal.answers import parse_canonical
from shoal.contracts.answers import Answer, ClassAnswer
from shoal.contracts.label_schemas import LabelSchema

SINGLE_CHOICE = "single_choice"
OBJECT_KINDS = ("boxes", "polygons", "spans")  # of answers that hold objects
_ANSWER_KINDS = {SINGLE_CHOICE: "class", "multi_choice": "classes"}  # where they differ from their schema's


def is_single_choice(schema: LabelSchema) -> bool:
    """Return whether votes are single classes, whose posterior a model of annotators gives."""
    return schema.kind == SINGLE_CHOICE


def answer_kind(schema: LabelSchema) -> str:
    """Return the kind of the answers that a label schema asks for."""
    return _ANSWER_KINDS.get(schema.kind, schema.kind)


def objects_of(answer: Any) -> Sequence[Any]:
    """Return the boxes, polygons or spans of an answer."""
    objects: Sequence[Any] = getattr(answer, answer.kind)
    return objects


def answer_of(schema: LabelSchema, label: str | None) -> Answer | None:
    """Return the answer that a `label` column holds."""
    if label is None:
        return None
    return ClassAnswer(label=label) if is_single_choice(schema) else parse_canonical(label)


def answer_of_kind(schema: LabelSchema, text: str | None) -> Answer | None:
    """Return the answer of a canonical text; None for another kind's, such as a class."""
    if text is None:
        return None
    try:
        answer = parse_canonical(text)
    except ValueError:
        return None
    return answer if answer.kind == answer_kind(schema) else None
