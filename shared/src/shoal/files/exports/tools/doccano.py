"""doccano's JSON lines: one example a line with its labels, one file for each annotator.

A project without shared annotation exports a ZIP file with a file for each member, named after the user; a
collaborative one exports `all.jsonl`, which does not say who gave which label. Forms: {"id", "text", "label":
["a"], "Comments": []} for classes and texts, [[start, end, "a"]] for spans; before 1.5 also "labels" and
"annotations".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.records import Row, is_set, name_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows
from shoal.files.numbers import plain_number

FORM = "doccano JSON lines"
_LABELS = ("label", "labels", "cats", "entities")
_DATA = ("text", "data", "filename")
_ITS_OWN = ("Comments", "comments", "annotation_approver", "comment_count", "meta")
_EVERYONE = "all"  # the file of a collaborative project


def is_doccano(record: Mapping[str, Any]) -> bool:
    """Return whether an object is an example of doccano."""
    if "id" not in record or not any(name in record for name in _DATA):
        return False
    if isinstance(record.get("annotations"), list):
        return any(name in record for name in _ITS_OWN)
    lists = [record[name] for name in _LABELS if isinstance(record.get(name), list)]
    return bool(lists) and all(is_set(one) or _is_spans(one) for one in lists)


def read_doccano(members: Mapping[str, Sequence[Row]], fields: VoteFields) -> ExportedVotes:
    """Return the labels as votes. members: the examples by the name of the annotator, who named the file."""
    rows = [(name, where, record) for name, examples in members.items() for where, record in examples]
    votes = VoteRows(form=FORM)
    examples = [row for row in rows if is_doccano(row[2])]
    skipped_rows(votes, len(rows) - len(examples), "that are no examples of doccano")
    question = choose_question(_questions_of([record for _, _, record in examples]), fields, FORM)
    if question != "annotations":
        _check_people(members, votes, fields)
    tasks = set()
    for name, where, record in examples:
        task = name_text(record.get(fields.task or "id")) or where
        tasks.add(task)
        for annotator, kind, value in _answers_of(record, question, name, fields.shape):
            votes.annotations += 1
            try:
                if kind is None:
                    raise BadAnswer("without a label")
                votes.add(task, annotator, answer_text(kind, value, fields.shape), where=where)
            except BadAnswer as reason:
                votes.leave_out("without a label" if str(reason) == "without an answer" else str(reason))
    votes.tasks = len(tasks)
    votes.notes.insert(0, f"label from {question}")
    return votes.votes()


def _check_people(members: Mapping[str, Sequence[Row]], votes: VoteRows, fields: VoteFields) -> None:
    if fields.gold:
        return
    if _EVERYONE in members:
        raise BadContent(
            f" ({FORM}): the file of a collaborative project does not say who gave a label: export a project "
            "without shared annotation, and give its ZIP file"
        )
    names = "the file's name" if len(members) == 1 else "the files' names"
    votes.notes.append(f"annotator from {names}")


def _questions_of(records: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for record in records:
        for name in (*_LABELS, "annotations"):
            content = record.get(name)
            if isinstance(content, list) and content and kinds.get(name) in (None, "classes"):
                kinds[name] = "spans" if _is_spans(content) or _has_offsets(content) else "classes"
    return kinds


def _answers_of(
    record: Mapping[str, Any], question: str, name: str, shape: str
) -> list[tuple[str, Kind | None, Any]]:
    """Return the answers to one example: annotator, kind and value; the kind is None without a label."""
    content = record.get(question)
    content = content if isinstance(content, list) else []
    if question == "annotations":
        return _answers_by_user(content)
    if shape == "spans":
        return [(name, "spans", [_span_of(span) for span in content if _is_spans([span])])]
    return [(name, "classes" if content else None, content)]


def _answers_by_user(content: Sequence[Any]) -> list[tuple[str, Kind | None, Any]]:
    people: dict[str, list[dict[str, Any]]] = {}
    for label in content:
        if isinstance(label, dict):
            people.setdefault(name_text(label.get("user")) or "", []).append(label)
    answers: list[tuple[str, Kind | None, Any]] = []
    for user, labels in people.items():
        if _has_offsets(labels):
            spans = [
                ([plain_number(one["start_offset"]), plain_number(one["end_offset"])], str(one["label"]))
                for one in labels
            ]
            answers.append((user, "spans", spans))
        else:
            answers.append((user, "classes", [str(one.get("label", one.get("text"))) for one in labels]))
    return answers


def _is_spans(content: Sequence[Any]) -> bool:
    return bool(content) and all(
        (isinstance(one, list) and len(one) == 3 and isinstance(one[2], str)) or _has_offsets([one])
        for one in content
    )


def _has_offsets(content: Sequence[Any]) -> bool:
    return bool(content) and all(isinstance(one, dict) and "start_offset" in one for one in content)


def _span_of(span: Any) -> Region:
    if isinstance(span, dict):
        return [plain_number(span["start_offset"]), plain_number(span["end_offset"])], str(
            span.get("label", "")
        )
    return [plain_number(span[0]), plain_number(span[1])], str(span[2])
