"""The rows of dataset versions: a sample, its campaign and its accepted label, in the same columns always."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal.pictures.crops import crop_uri, split_crop_uri
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """Which columns rows have; versions of earlier releases lack some.

    parts: those about objects and numbers. content: the conversation or candidates of a single class.
    """

    parts: bool = True
    content: bool = True


CURRENT = RowForm()
"""The form of versions that are frozen now."""


def dataset_row(stored: Mapping[str, Any], form: RowForm) -> Row:
    """Return the row of an accepted label.

    stored: fields of the job and of its label; of another kind than one class, the label is null, and
    `answer` follows. `content` and the columns about parts come last.
    """
    content, evidence = stored["content"] or {}, stored["evidence"]
    answer = stored["answer"]
    columns = _label_columns(stored, content, evidence)
    shown = {name: content[name] for name in ("turns", "prompt", "candidates") if name in content}
    if answer is None or answer["kind"] == "class":
        return {**columns, "content": shown} if form.content else columns
    row = {**columns, "label": None, "answer": answer, "content": shown}
    return {**row, **_part_columns(answer, evidence)} if form.parts else row


def row_classes(row: Row) -> list[str]:
    """Return the classes of a row's answer, one of each object; none of numbers, texts and candidates."""
    if row["label"] is not None:
        return [row["label"]]
    answer = row["answer"]
    shapes = answer[answer["kind"]] if answer["kind"] in OBJECT_KINDS else ()
    return [*answer.get("labels", ()), *(shape["label"] for shape in shapes)]


def row_campaign(row: Row) -> str:
    """Return the campaign's name, or its id if the job is older than the names."""
    return str(row["campaign"] or row["campaign_id"] or "none")


def row_text(row: Row) -> str:
    """Return the words of a row's content, of a conversation or candidates too.

    Of an image, return its SHA-256; of a crop, its URI: crops of one image are no duplicates of each other.
    """
    content = row.get("content") or {}
    turns = [turn["text"] for turn in content.get("turns") or ()]
    candidates = [item["text"] for item in content.get("candidates") or ()]
    texts = [row["text"] or "", *turns, content.get("prompt") or "", *candidates]
    image = row["uri"] if split_crop_uri(row["uri"] or "")[1] else row["sha256"]
    return " ".join(text for text in texts if text) or image or ""


def perceptual_hash(stored: Mapping[str, Any]) -> str | None:
    """Return the hash of what a sample's image shows; None for texts, crops, and images without one."""
    content = stored["content"] or {}
    value = content.get("perceptual_hash")
    return (
        value if value is not None and content.get("crop") is None and content.get("text") is None else None
    )


def _label_columns(stored: Mapping[str, Any], content: Mapping[str, Any], evidence: Mapping[str, Any]) -> Row:
    return {
        "sample_id": stored["sample_id"],
        "source": stored["source"],
        "source_id": stored["source_id"],
        "occurred_at": stored["occurred_at"].isoformat() if stored["occurred_at"] else None,
        "tags": dict(stored["tags"]),
        "text": content.get("text"),
        "uri": _content_uri(content),
        "sha256": content.get("sha256"),
        "media_type": content.get("media_type") if content.get("crop") is None else "image/png",
        "label": stored["label"],
        "probability": stored["probability"],
        "probabilities": _class_probabilities(stored["label"], evidence),
        "votes": evidence["votes"],
        "agreement": evidence["agreement"],
        "method": evidence["method"],
        "annotation_ids": list(evidence.get("annotation_ids", [])),
        "job_id": stored["job_id"],
        "revision": stored["revision"],
        "purpose": stored["purpose"],
        "guideline": f"{stored['major']}.{stored['minor']}",
        "campaign": stored["campaign"],
        "campaign_id": stored["campaign_id"],
        "inclusion_probability": stored["inclusion"],
        "predicted_label": stored["predicted"],
        "model": stored["model"],
        "group": stored["group_key"],
        "accepted_at": stored["accepted_at"].isoformat(),
    }


def _content_uri(content: Mapping[str, Any]) -> str | None:
    """Return the content's URI; that of a crop names the part of the image by a media fragment."""
    uri, crop = content.get("uri"), content.get("crop")
    if uri is None or crop is None:
        return uri
    return crop_uri(uri, (crop["left"], crop["top"], crop["right"], crop["bottom"]))


def _class_probabilities(label: str, evidence: Mapping[str, Any]) -> dict[str, float]:
    """Return the posterior by class; an expert's label has probability 1, whatever the votes say."""
    return {label: 1.0} if evidence.get("reviewed_by") else dict(evidence.get("posterior", {}))


def _part_columns(answer: Mapping[str, Any], evidence: Mapping[str, Any]) -> Row:
    """Return what is known of the parts of an answer; parts of an expert's answer have probability 1."""
    kind, is_expert = answer["kind"], bool(evidence.get("reviewed_by"))
    columns: Row = {}
    if is_expert:
        columns["probabilities"] = dict.fromkeys(answer.get("labels", ()), 1.0)
    if kind in OBJECT_KINDS:
        columns["objects"] = [1.0] * len(answer[kind]) if is_expert else list(evidence.get("objects", ()))
    if kind == "number":
        columns["interval"] = None if is_expert else evidence.get("interval")
    return columns
