"""Prodigy's JSON lines, as `prodigy db-out` writes them: one answer of one session a line.

An item is known by `_input_hash`, a question about it (with its label or options) by `_task_hash`; see
https://prodi.gy/docs/api-loaders#hashing and #input. The annotator is `_annotator_id` or `_session_id`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.records import Row, field_of, name_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names
from shoal.files.numbers import plain_number

FORM = "Prodigy JSON lines"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[_ T]\d\d[-:]\d\d[-:]\d\d$")
_LEFT_OUT = {"ignore": "ignored", "reject": "rejected"}
# The questions that one example may answer, and their kinds; `answer` is accept or reject.
_KINDS: Mapping[str, Kind] = {
    "accept": "classes",
    "answer": "classes",
    "spans": "spans",
    "boxes": "boxes",
    "user_input": "text",
}


def is_prodigy(record: Mapping[str, Any]) -> bool:
    """Return whether an object is an answered example of Prodigy."""
    return record.get("answer") in ("accept", "reject", "ignore") and (
        "_task_hash" in record or "_input_hash" in record
    )


def read_prodigy(rows: Sequence[Row], fields: VoteFields) -> ExportedVotes:
    """Return the answers as votes: options of a choice, accept or reject, spans, boxes or texts."""
    answered = [row for row in rows if is_prodigy(row[1])]
    question = _question_of([record for _, record in answered], fields)
    votes = VoteRows(form=FORM, annotations=len(answered))
    skipped_rows(votes, len(rows) - len(answered), "without an answer of Prodigy")
    column = fields.task or ("_task_hash" if question == "answer" else "_input_hash")
    tasks: set[str] = set()
    for where, record in answered:
        try:
            task = name_text(record.get(column))
            if task is None:
                raise BadAnswer(f"without {column}")
            tasks.add(task)
            annotator = name_text(field_of(record, fields.annotator or "_annotator_id", "_session_id"))
            if annotator is None and not fields.gold:
                raise BadAnswer("without an annotator (_annotator_id or _session_id)")
            label = answer_text(_KINDS[question], _answer_of(record, question, fields), fields.shape)
            votes.add(task, annotator or "", label, where=where, at=record.get("_timestamp"))
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    votes.tasks = len(tasks)
    votes.notes.append(_describe_answer(question, column))
    _note_sessions(votes)
    return votes.votes()


def _question_of(records: Iterable[Mapping[str, Any]], fields: VoteFields) -> str:
    kinds: dict[str, Kind] = {}
    options: set[frozenset[str]] = set()
    for record in records:
        name = _asked_for(record)
        if name is not None:
            kinds[name] = _KINDS[name]
        if name == "accept" and isinstance(record.get("options"), list):
            options.add(
                frozenset(str(option.get("id")) for option in record["options"] if isinstance(option, dict))
            )
    question = choose_question(kinds, _native_fields(fields, kinds), FORM)
    if question == "accept" and len(options) > 1 and not frozenset.intersection(*options):
        lists = "; ".join(few_names(sorted(names), 4) for names in sorted(options, key=sorted)[:3])
        raise BadContent(f" ({FORM}) has several questions, with the options {lists}: give one file for each")
    return question


def _native_fields(fields: VoteFields, kinds: Mapping[str, Kind]) -> VoteFields:
    """Return the fields, with the name `label` for the answer about a label."""
    if fields.label == "label" and "label" not in kinds and "answer" in kinds:
        return replace(fields, label=None)
    return fields


def _asked_for(record: Mapping[str, Any]) -> str | None:
    """Return the question that an example answers."""
    if "options" in record or isinstance(record.get("accept"), list):
        return "accept"
    manual = str(record.get("_view_id", "")).endswith("_manual")
    if isinstance(record.get("label"), str) and not manual:
        return "answer"
    spans = record.get("spans")
    if isinstance(spans, list):
        if not manual and record.get("_view_id") in ("ner", "spans", "image"):
            return "answer"
        is_image = "image" in record or any("points" in span for span in spans if isinstance(span, dict))
        return "boxes" if is_image else "spans"
    if manual:
        return "boxes" if "image" in record else "spans"
    return "user_input" if "user_input" in record else None


def _answer_of(record: Mapping[str, Any], question: str, fields: VoteFields) -> Any:
    answer = str(record.get("answer"))
    if _asked_for(record) != question:
        raise BadAnswer("of another question")
    if answer == "ignore" or (answer == "reject" and question != "answer"):
        raise BadAnswer(_LEFT_OUT[answer])
    if question == "answer":
        return [answer]
    if question == "accept":
        return _accepted_labels(record, fields)
    if question == "user_input":
        return record["user_input"]
    spans = [span for span in record.get("spans") or [] if isinstance(span, dict)]
    return [_box_of(span) if question == "boxes" else _span_of(span) for span in spans]


def _accepted_labels(record: Mapping[str, Any], fields: VoteFields) -> list[str]:
    accepted = record.get("accept")
    accepted = accepted if isinstance(accepted, list) else []
    config = record.get("config")
    multiple = isinstance(config, dict) and config.get("choice_style") == "multiple"
    if not accepted and not (fields.shape == "multi" and multiple):
        raise BadAnswer("without an answer")
    return [str(name) for name in accepted]


def _span_of(span: Mapping[str, Any]) -> Region:
    try:
        return [plain_number(span["start"]), plain_number(span["end"])], str(span.get("label") or "")
    except (OverflowError, KeyError, TypeError, ValueError):
        raise BadAnswer("with a span without numeric offsets") from None


def _box_of(span: Mapping[str, Any]) -> Region:
    if span.get("type", "rect") != "rect":
        raise BadAnswer("with a region that is no box")
    try:
        if "x" in span:
            left, top = plain_number(span["x"]), plain_number(span["y"])
            ends = [left, top, left + plain_number(span["width"]), top + plain_number(span["height"])]
        else:
            across, down = zip(*span["points"], strict=True)
            ends = [plain_number(end) for end in (min(across), min(down), max(across), max(down))]
    except (OverflowError, KeyError, TypeError, ValueError):
        raise BadAnswer("with a region that is no box") from None
    return ends, str(span.get("label") or "")


def _describe_answer(question: str, column: str) -> str:
    if question == "answer":
        return f"binary questions, the classes are accept and reject; task from {column}"
    return f"label from {question}, task from {column}"


def _note_sessions(votes: VoteRows) -> None:
    people = {name for name in votes.columns["worker"] if name}
    if people and all(_TIME.search(name) for name in people):
        votes.notes.append(
            "annotators are unnamed sessions, open ?session=NAME in Prodigy to tell people apart"
        )
