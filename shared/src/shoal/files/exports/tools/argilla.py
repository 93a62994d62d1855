"""Argilla's records: nested JSON (versions 1 and 2), flat columns, and text classification of version 1.

- 2: {"id", "fields", "responses": {"label": [{"value", "user_id", "status"}]}}, as `records.to_json` writes;
- 2, flat: {"id", "label.responses": ["a"], "label.responses.users": ["u1"], "label.responses.status": []};
- 1, feedback: {"responses": [{"user_id", "status", "values": {"label": {"value"}}}]}, or a list of
  {"user_id", "value", "status"} for each question, as `FeedbackDataset.format_as("datasets")` makes;
- 1, text and token classification: {"prediction", "annotation", "annotation_agent", "status"}.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shoal.files.exports.answers import BadAnswer, Kind, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.questions import MANY, MOSTLY
from shoal.files.exports.records import Row, field_of, is_set, name_text, person_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows
from shoal.files.numbers import plain_number

FORM = "Argilla"
_SUBMITTED = ("submitted", "validated")


class Response(NamedTuple):
    """An annotator's answer to one question. status: None if the export has none."""

    question: str
    value: Any
    user: Any
    status: Any


def is_argilla(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a record of Argilla."""
    responses = record.get("responses")
    if isinstance(responses, dict):
        return all(map(_is_list_of_answers, responses.values())) and "fields" in record
    if isinstance(responses, list):
        return "fields" in record
    if "annotation_agent" in record and "annotation" in record:
        return True
    return any(name.endswith(".responses.users") for name in record) or bool(_answer_columns(record))


def read_argilla(rows: Sequence[Row], fields: VoteFields) -> ExportedVotes:
    """Return submitted responses as votes; drafts and discarded ones are counted."""
    records = [(where, record, list(_responses_of(record))) for where, record in rows]
    question = choose_question(
        _questions_of([one for _, _, all_of in records for one in all_of]), fields, FORM
    )
    votes = VoteRows(form=FORM, tasks=len(rows), notes=[f"label from {question}"])
    skipped_rows(votes, sum(not responses for _, _, responses in records), "without responses")
    for where, record, responses in records:
        task = _task_of(record, fields.task) or where
        for response in responses:
            if response.question == question:
                votes.annotations += 1
                _add_vote(votes, (where, task), response, fields)
    return votes.votes()


def _add_vote(votes: VoteRows, task: tuple[str, str], response: Response, fields: VoteFields) -> None:
    """Add a response. task: its place in the file, its name."""
    try:
        if response.status is not None and str(response.status).lower() not in _SUBMITTED:
            raise BadAnswer(str(response.status).lower())
        annotator = person_text(response.user)
        if annotator in (None, "None") and not fields.gold:
            raise BadAnswer("without an annotator (user_id)")
        kind, value = _kind_and_value(response.value)
        if response.value == [] and fields.shape == "spans":
            kind, value = "spans", []
        if kind is None:
            raise BadAnswer("without an answer" if response.value in (None, []) else "of an unknown form")
        votes.add(task[1], annotator or "", answer_text(kind, value, fields.shape), where=task[0])
    except BadAnswer as reason:
        votes.leave_out(str(reason))


def _task_of(record: Mapping[str, Any], column: str | None) -> str | None:
    if column is not None:
        parts = [record, record.get("fields"), record.get("metadata")]
        return name_text(
            next((part[column] for part in parts if isinstance(part, dict) and column in part), None)
        )
    return name_text(field_of(record, "id", "external_id", "_server_id"))


def _responses_of(record: Mapping[str, Any]) -> Iterator[Response]:
    responses = record.get("responses")
    if isinstance(responses, dict):
        for question, answers in responses.items():
            for answer in answers if isinstance(answers, list) else []:
                if isinstance(answer, dict):
                    yield Response(question, answer.get("value"), answer.get("user_id"), answer.get("status"))
    elif isinstance(responses, list):
        yield from _feedback_responses(responses)
    elif "annotation_agent" in record:
        if record.get("annotation") is not None or record.get("status") == "Discarded":
            status = None if record.get("status") == "Default" else record.get("status")
            yield Response("annotation", record.get("annotation"), record["annotation_agent"], status)
    else:
        yield from _flat_responses(record)
        yield from _column_responses(record)


def _feedback_responses(responses: Sequence[Any]) -> Iterator[Response]:
    for response in responses:
        if isinstance(response, dict) and isinstance(response.get("values"), dict):
            for question, answer in response["values"].items():
                value = answer.get("value") if isinstance(answer, dict) else answer
                yield Response(question, value, response.get("user_id"), response.get("status"))


def _flat_responses(record: Mapping[str, Any]) -> Iterator[Response]:
    for name, values in record.items():
        if name.endswith(".responses") and isinstance(values, list):
            users = record.get(f"{name}.users") or [None] * len(values)
            states = record.get(f"{name}.status") or [None] * len(values)
            for value, user, status in zip(values, users, states, strict=False):
                yield Response(name.removesuffix(".responses"), value, user, status)


def _column_responses(record: Mapping[str, Any]) -> Iterator[Response]:
    for name in _answer_columns(record):
        answers = record[name]
        if isinstance(answers, dict):  # one list for each field, as the library datasets stores them
            answers = [
                dict(zip(answers, cells, strict=True)) for cells in zip(*answers.values(), strict=False)
            ]
        for answer in answers:
            yield Response(name, answer.get("value"), answer.get("user_id"), answer.get("status"))


def _answer_columns(record: Mapping[str, Any]) -> list[str]:
    """Return the fields that hold answers of version 1: {"user_id", "value", "status"} or lists of these."""
    needed = {"user_id", "value", "status"}
    return [
        name
        for name, value in record.items()
        if (
            isinstance(value, dict)
            and needed <= set(value)
            and all(isinstance(v, list) for v in value.values())
        )
        or (
            isinstance(value, list) and value and all(isinstance(v, dict) and needed <= set(v) for v in value)
        )
    ]


def _is_list_of_answers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(answer, dict) and "value" in answer for answer in value)


def _questions_of(responses: Sequence[Response]) -> dict[str, Kind]:
    """Return the kinds of the questions; one that has nearly as many answers as texts asks for a text."""
    kinds: dict[str, Kind] = {}
    texts: dict[str, list[str]] = {}
    for response in responses:
        kind, _ = _kind_and_value(response.value)
        if kind is not None:
            kinds.setdefault(response.question, kind)
        if isinstance(response.value, str):
            texts.setdefault(response.question, []).append(response.value)
    for question, answers in texts.items():
        if len(answers) >= MANY and len(set(answers)) > MOSTLY * len(answers):
            kinds[question] = "text"
    return kinds


def _kind_and_value(value: Any) -> tuple[Kind | None, Any]:
    """Return the kind of a question by one of its answers, and the value; None for no answer and rankings."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number", value
    if isinstance(value, str):
        return "classes", [value]
    if is_set(value) and value:
        return "classes", value
    spans = _spans_of(value) if isinstance(value, list) and value else None
    return (None, None) if spans is None else ("spans", spans)


def _spans_of(value: list[Any]) -> list[Region] | None:
    """Return spans, written as objects (feedback) or as [label, start, end] (token classification)."""
    try:
        if isinstance(value[0], dict):
            return [
                ([plain_number(one["start"]), plain_number(one["end"])], str(one["label"])) for one in value
            ]
        return [([plain_number(one[1]), plain_number(one[2])], str(one[0])) for one in value]
    except (OverflowError, KeyError, IndexError, TypeError, ValueError):
        return None
