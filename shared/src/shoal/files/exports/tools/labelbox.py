"""Labelbox's export as NDJSON: a data row a line with its labels by project, each by one person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoal.files.exports.answers import BadAnswer, Kind, Region, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.records import Row, field_of, name_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows
from shoal.files.numbers import plain_number

FORM = "Labelbox NDJSON"
BOXES = "objects"  # the question that all boxes answer


def is_labelbox(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a data row with its projects' labels."""
    return isinstance(record.get("data_row"), dict) and isinstance(record.get("projects"), dict)


def read_labelbox(rows: Sequence[Row], fields: VoteFields) -> ExportedVotes:
    """Return the labels as votes: the answers to one classification, or the boxes."""
    labels = [(where, record, label) for where, record in rows for label in _labels_of(record)]
    question = choose_question(_questions_of(label for _, _, label in labels), fields, FORM)
    votes = VoteRows(form=FORM, tasks=len(rows), annotations=len(labels), notes=[f"label from {question}"])
    skipped_rows(votes, len(rows) - len({where for where, _, _ in labels}), "without labels")
    for where, record, label in labels:
        details = label.get("label_details") or {}
        try:
            annotator = name_text(details.get("created_by"))
            if annotator is None and not fields.gold:
                raise BadAnswer("without an annotator (created_by)")
            kind, value = _answer_of(label, question)
            votes.add(
                _task_of(record["data_row"], fields.task) or where,
                annotator or "",
                answer_text(kind, value, fields.shape),
                where=where,
                seconds=(label.get("performance_details") or {}).get("seconds_to_create"),
                at=details.get("created_at"),
            )
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    return votes.votes()


def _labels_of(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    projects = record.get("projects")
    for project in projects.values() if isinstance(projects, dict) else []:
        for label in project.get("labels") or []:
            if isinstance(label, dict):
                yield label


def _task_of(data: Mapping[str, Any], column: str | None) -> str | None:
    return name_text(data.get(column) if column else field_of(data, "global_key", "external_id", "id"))


def _classifications_of(label: Mapping[str, Any]) -> Iterator[tuple[str, Kind, Any]]:
    for one in (label.get("annotations") or {}).get("classifications") or []:
        name = str(one.get("name") or one.get("value"))
        if isinstance(one.get("radio_answer"), dict):
            yield name, "classes", [one["radio_answer"].get("name")]
        elif isinstance(one.get("checklist_answers"), list):
            yield name, "classes", [answer.get("name") for answer in one["checklist_answers"]]
        elif isinstance(one.get("text_answer"), dict):
            yield name, "text", one["text_answer"].get("content") or ""


def _questions_of(labels: Iterator[dict[str, Any]]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for label in labels:
        kinds |= {name: kind for name, kind, _ in _classifications_of(label)}
        if any("bounding_box" in one for one in (label.get("annotations") or {}).get("objects") or []):
            kinds[BOXES] = "boxes"
    return kinds


def _answer_of(label: Mapping[str, Any], question: str) -> tuple[Kind, Any]:
    if question == BOXES:
        objects = (label.get("annotations") or {}).get("objects") or []
        return "boxes", [_box_of(one) for one in objects if "bounding_box" in one]
    for name, kind, value in _classifications_of(label):
        if name == question:
            return kind, value
    raise BadAnswer("without an answer")


def _box_of(one: Mapping[str, Any]) -> Region:
    box = one["bounding_box"]
    left, top = plain_number(box["left"]), plain_number(box["top"])
    return [left, top, left + plain_number(box["width"]), top + plain_number(box["height"])], str(
        one.get("name", "")
    )
