"""Objects with one task each, and lists of its annotators and labels, as on the Hugging Face Hub.

Forms: {"id", "annotators": ["a", "b"], "labels": ["x", "y"]},
{"id", "annotations": [{"annotator", "label"}]}, {"id", "annotations": {"annotator": [], "label": []}}
and {"id", "labels": {"a": "x", "b": "y"}}.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, answer_text, number_text
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.layouts.wide_columns import TASKS
from shoal.files.exports.records import Row, is_set, name_text, person_text
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names

FORM = "lists of votes"
_PEOPLE = ("annotator", "worker", "user", "rater", "coder", "labeler", "labeller", "judge", "reviewer")
_LABELS = ("label", "annotation", "answer", "vote", "rating", "response", "choice", "judgment", "judgement")
_WRAPPERS = ("annotations", "votes", "labels", "answers", "responses", "ratings", "judgments")


class Lists(NamedTuple):
    """Where the votes of an object are. outer: a field of lists or objects, None for two fields of lists."""

    outer: str | None
    people: str
    labels: str


def lists_of(records: Sequence[Mapping[str, Any]], fields: VoteFields) -> Lists | None:
    """Return where the votes of objects are, None without such lists. Raises BadContent in doubt."""
    names = list(dict.fromkeys(name for record in records for name in record))
    lists = [name for name in names if _all_of(records, name, list)]
    people = [name for name in lists if _is_called(name, fields.annotator, _PEOPLE)]
    labels = [name for name in lists if _is_called(name, fields.label, _LABELS) and name not in people]
    labels = [name for name in labels if _have_equal_lengths(records, people[:1], name)]
    if len(people) == 1 and labels:
        return Lists(None, people[0], _only_name(labels))
    nested = [one for name in names if (one := _nested_lists(records, name, fields)) is not None]
    if len(nested) > 1:
        raise BadContent(
            f" has several fields of votes, {few_names([str(one.outer) for one in nested])}: keep one of them"
        )
    return nested[0] if nested else None


def read_lists(rows: Sequence[Row], lists: Lists, fields: VoteFields) -> ExportedVotes:
    """Return one vote for each entry of the lists. Raises BadContent for lists of different lengths."""
    task = fields.task or _task_field(rows)
    votes = VoteRows(form=FORM, tasks=len(rows))
    outer = f"{lists.outer}." if lists.outer else ""
    if lists.people == lists.labels == "":
        votes.notes.append(f"annotators and labels from {lists.outer}")
    else:
        votes.notes.append(f"worker from {outer}{lists.people}, label from {outer}{lists.labels}")
    votes.notes.append(f"task from {task}")
    for where, record in rows:
        name = name_text(record.get(task))
        if name is None:
            raise BadContent(f", {where} has no {task}: name the field of tasks with --task-column")
        for person, label in _pairs_of(record, lists, where):
            votes.annotations += 1
            try:
                votes.add(name, _person_of(person), _label_text(label, fields.shape), where=where)
            except BadAnswer as reason:
                votes.leave_out(str(reason))
    return votes.votes()


def _is_called(name: str, named: str | None, usual: Sequence[str]) -> bool:
    """Return whether a field is the one that the user named, or has a usual name such as annotator_ids."""
    if named is not None:
        return name == named
    plain = name.lower()
    return any(plain.startswith(word) or plain.removesuffix("s").endswith(f"_{word}") for word in usual)


def _all_of(records: Sequence[Mapping[str, Any]], name: str, kind: type) -> bool:
    values = [record[name] for record in records if record.get(name) is not None]
    return bool(values) and all(isinstance(value, kind) for value in values)


def _have_equal_lengths(records: Sequence[Mapping[str, Any]], people: Sequence[str], labels: str) -> bool:
    return bool(people) and all(
        len(record.get(people[0]) or []) == len(record.get(labels) or []) for record in records
    )


def _only_name(names: Sequence[str]) -> str:
    if len(names) > 1:
        raise BadContent(f" has several lists of labels, {few_names(names)}: choose one with --label-column")
    return names[0]


def _nested_lists(records: Sequence[Mapping[str, Any]], name: str, fields: VoteFields) -> Lists | None:
    """Return a field of objects, of lists, or of labels by annotator; None for any other field."""
    values = [record[name] for record in records if record.get(name)]
    if not values:
        return None
    if _all_of(records, name, list):
        entries = [entry for value in values for entry in value]
        if not all(isinstance(entry, dict) for entry in entries):
            return None
    elif _all_of(records, name, dict):
        entries = values
        if name in _WRAPPERS and all(_is_scalar(one) for entry in entries for one in entry.values()):
            return Lists(name, "", "")
        if not all(isinstance(one, list) for entry in entries for one in entry.values()):
            return None
    else:
        return None
    inner = list(dict.fromkeys(field for entry in entries for field in entry))
    people = [field for field in inner if _is_called(field, fields.annotator, _PEOPLE)]
    labels = [field for field in inner if _is_called(field, fields.label, _LABELS) and field not in people]
    return Lists(name, people[0], _only_name(labels)) if len(people) == 1 and labels else None


def _pairs_of(record: Mapping[str, Any], lists: Lists, where: str) -> Iterator[tuple[Any, Any]]:
    content: Any = record if lists.outer is None else record.get(lists.outer) or {}
    if lists.people == lists.labels == "":
        yield from ((person, label) for person, label in content.items() if label is not None)
    elif isinstance(content, list):
        yield from ((entry.get(lists.people), entry.get(lists.labels)) for entry in content)
    else:
        people, labels = content.get(lists.people) or [], content.get(lists.labels) or []
        if len(people) != len(labels):
            raise BadContent(
                f", {where} has {len(people)} {lists.people} and {len(labels)} {lists.labels}: "
                "give one label for each annotator"
            )
        yield from zip(people, labels, strict=True)


def _task_field(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for _, record in rows for name in record))
    for name in names:
        if name.lower() in TASKS:
            return name
    raise BadContent(f" has no field of tasks; it has {few_names(names)}: name one with --task-column")


def _person_of(person: Any) -> str:
    name = person_text(person)
    if name is None:
        raise BadAnswer("without an annotator")
    return name


def _label_text(label: Any, shape: str) -> str:
    if label is None or (isinstance(label, str) and not label.strip()):
        raise BadAnswer("without an answer")
    if isinstance(label, bool):
        return str(label).lower()
    if isinstance(label, (int, float)):
        return number_text(label)
    if is_set(label):
        return answer_text("classes", label, shape)
    if isinstance(label, (list, dict)):
        raise BadAnswer("of an unknown form")
    return str(label)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))
