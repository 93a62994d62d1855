"""Classes that are named inside of answers: those that look alike, and one name for each of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

from shoal.contracts.answers import Answer
from shoal.files.spelling import joined_names
from shoal.files.suspects import counted_names, label_warnings
from shoal_qa.usecases.files.texts.class_sets import joined_classes
from shoal_qa.usecases.files.texts.written import WrittenAnswers, classes_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """What is done about names that look alike. join: whether they become one class; else `warn` says so.

    votes: of each answer, as many as answers; none for one each.
    """

    join: bool
    warn: Callable[[str], None]
    votes: Sequence[int] = ()


def spelled_classes(written: WrittenAnswers, spelling: Spelling) -> WrittenAnswers:
    """Return the answers with the classes of objects and sets spelled alike, or warn of those that differ."""
    schema: Any = written.schema
    if not hasattr(schema, "classes"):
        return written
    counts: Counter[str] = Counter()
    for answer, votes in zip(written.answers, spelling.votes or repeat(1), strict=False):
        counts.update(dict.fromkeys(_names_of(answer), votes))
    names = sorted(counts)
    for warning in label_warnings("label", counted_names(counts), join=spelling.join):
        spelling.warn(warning)
    for name, parts in joined_classes(names).items() if schema.kind == "multi_choice" else ():
        spelling.warn(
            f"label has {name!r} ({counts[name]:,}), which counts as one class: if it is {' and '.join(parts)}, "
            "use one separator in all cells, or lists"
        )
    joined = joined_names(names, counts) if spelling.join else {}
    if all(name == other for name, other in joined.items()):
        return written
    return replace(
        written,
        schema=schema.model_copy(update={"classes": classes_named(set(joined.values()))}),
        answers=[_with_names(answer, joined) for answer in written.answers],
    )


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
