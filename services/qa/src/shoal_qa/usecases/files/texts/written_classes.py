"""Classes that are named inside of answers: those that look alike, and one name for each of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer
from shoal.files.columns import Coded
from shoal.files.spelling import joined_names
from shoal.files.suspects import label_warnings
from shoal_qa.usecases.files.texts.written import WrittenAnswers, classes_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """What is done about names that look alike. join: whether they become one class; else `warn` says so."""

    join: bool
    warn: Callable[[str], None]


def spelled_classes(written: WrittenAnswers, spelling: Spelling) -> WrittenAnswers:
    """Return the answers with the classes of objects and sets spelled alike, or warn of those that differ."""
    schema: Any = written.schema
    if not hasattr(schema, "classes"):
        return written
    counts = Counter(name for answer in written.answers for name in _names_of(answer))
    names = sorted(counts)
    for warning in label_warnings("label", _column_of(names, counts), join=spelling.join):
        spelling.warn(warning)
    joined = joined_names(names, counts) if spelling.join else {}
    if all(name == other for name, other in joined.items()):
        return written
    return replace(
        written,
        schema=schema.model_copy(update={"classes": classes_named(set(joined.values()))}),
        answers=[_with_names(answer, joined) for answer in written.answers],
    )


def _column_of(names: Sequence[str], counts: Mapping[str, int]) -> Coded:
    code = np.repeat(np.arange(len(names), dtype=np.int32), [counts[name] for name in names])
    return Coded(code, list(names))


def _names_of(answer: Any) -> Iterator[str]:
    if answer.kind == "classes":
        yield from answer.labels
    else:
        yield from (item.label for item in getattr(answer, answer.kind))


def _with_names(answer: Any, joined: Mapping[str, str]) -> Answer:
    """Return an answer with other names of its classes; a set names each of them once."""
    if answer.kind == "classes":
        items: Any = tuple(sorted({joined[name] for name in answer.labels}))
        field = "labels"
    else:
        field = answer.kind
        items = tuple(
            item.model_copy(update={"label": joined[item.label]}) for item in getattr(answer, field)
        )
    renamed: Answer = answer.model_copy(update={field: items})
    return renamed
