"""Names of classes and attributes as a label schema writes them."""

from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import normalize

from shoal.contracts.answers import (
    Answer,
    BoxesAnswer,
    ClassAnswer,
    ClassesAnswer,
    PolygonsAnswer,
    SpansAnswer,
)
from shoal.contracts.label_schemas import LabelSchema, classes_of

Respell = Callable[[str], str]


def respelled_answer(schema: LabelSchema, answer: Answer) -> Answer:
    """Return the answer with names of the schema where only blanks around them or their Unicode form differ.

    Tools that compose or decompose letters write another name than the schema, which looks the same.
    """
    classes = classes_of(schema)
    label = _respell_function(item.name for item in classes)
    attribute = _respell_function({name: None for item in classes for name in item.attributes})
    match answer:
        case ClassAnswer():
            return answer.model_copy(update={"label": label(answer.label)})
        case ClassesAnswer():
            return answer.model_copy(update={"labels": tuple(map(label, answer.labels))})
        case BoxesAnswer() | PolygonsAnswer() | SpansAnswer():
            objects = tuple(
                _respelled_object(item, label, attribute) for item in getattr(answer, answer.kind)
            )
            return answer.model_copy(update={answer.kind: objects})
    return answer


def _respelled_object(item: Any, label: Respell, attribute: Respell) -> Any:
    update = {"label": label(item.label), "attributes": tuple(map(attribute, item.attributes))}
    return item.model_copy(update=update)


def _respell_function(names: Iterable[str]) -> Respell:
    """Return a function from a name to the schema's; a name that fits none or several stays as it is."""
    exact, plain = set(), dict[str, list[str]]()
    for name in names:
        exact.add(name)
        plain.setdefault(_plain_name(name), []).append(name)

    def respell(name: str) -> str:
        matches = [] if name in exact else plain.get(_plain_name(name), [])
        return matches[0] if len(matches) == 1 else name

    return respell


def _plain_name(name: str) -> str:
    return normalize("NFC", name).strip()
