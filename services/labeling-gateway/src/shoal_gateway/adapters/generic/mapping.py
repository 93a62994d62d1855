"""Translation of the generic vendor's JSON. One bad annotation does not affect the others."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from shoal.contracts.answers import Answer, SkipAnswer
from shoal.contracts.base import Duration, FreeObject, Id, Ordinal, Price, Sentence, Timestamp
from shoal.inputs import field_of, message_of
from shoal_gateway.adapters.generic.answers import short_reason
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import TaskOrder, TaskReceipt
from shoal_gateway.usecases.contents import content_json, prelabel_json, schema_json
from shoal_gateway.usecases.label_types import AnswerOfKind, label_fields
from shoal_gateway.usecases.ports import Malformed, ReceivedItem
from shoal_gateway.usecases.ports.media import MediaAddresses

MOST_CURSOR = 4000
MOST_WORDS = 500


def _short_words(value: Any) -> Any:
    """Return a skip's reason, of which the beginning is enough; null is none."""
    return value[:MOST_WORDS] if isinstance(value, str) else "" if value is None else value


def _check_number(value: Any) -> Any:
    """Return the value. Raises ValueError for true and false, which pydantic takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


Number = BeforeValidator(_check_number)


class VendorVote(BaseModel):
    """An answer of any kind."""

    answer: AnswerOfKind


class VendorSkip(BaseModel):
    """The reason for a skip."""

    class Reason(BaseModel):
        """Words of the annotator."""

        reason: Annotated[Sentence, BeforeValidator(_short_words)] = ""

    answer: Reason


class VendorAnnotation(BaseModel):
    """One annotation, as docs/generic-vendor.md defines it."""

    model_config = ConfigDict(extra="ignore")

    external_id: Id
    annotation_id: Id
    revision: Annotated[Ordinal, Number]
    action: Literal["submitted", "updated", "deleted", "skipped"]
    annotator: Id
    answer: FreeObject | None = None
    submitted_at: Timestamp
    duration_s: Annotated[Duration | None, Number] = None
    price: Annotated[Price | None, Number] = None

    @model_validator(mode="before")
    @classmethod
    def _forget_deleted(cls, value: Any) -> Any:
        """Ignore the answer of a deletion: whatever it is, the annotator took it back."""
        is_deletion = isinstance(value, dict) and value.get("action") == "deleted"
        return {**value, "answer": None} if is_deletion else value


class VendorReceipt(BaseModel):
    """The vendor's response to one task. Its own id and its reason are notes for operators."""

    external_id: Id
    status: Literal["created", "exists", "rejected"]
    task_id: Any = None
    error: Any = None


def read_annotations(items: Sequence[Any]) -> list[ReceivedItem]:
    """Return each item as an annotation or as malformed, in order."""
    return [_read_annotation(index, item) for index, item in enumerate(items)]


def _read_annotation(index: int, item: Any) -> ReceivedItem:
    try:
        parsed = VendorAnnotation.model_validate(item)
        vote, reason = _read_answer(parsed)
    except ValidationError as error:
        return _malformed_item(index, item, error)
    return Annotation(
        external_id=parsed.external_id,
        annotation_id=parsed.annotation_id,
        revision=parsed.revision,
        action=parsed.action,
        annotator=parsed.annotator,
        **({"label": None} if vote is None else label_fields(vote)),
        reason=reason,
        submitted_at=parsed.submitted_at,
        duration_s=parsed.duration_s,
        price=parsed.price,
    )


def _read_answer(parsed: VendorAnnotation) -> tuple[Answer | None, str]:
    """Return the answer of a vote, and the reason of a skip. Raises ValidationError."""
    value = parsed.answer or {}
    if parsed.action not in ("submitted", "updated"):
        return None, VendorSkip.model_validate({"answer": value}).answer.reason
    if value.get("kind") is None and value.get("label") is None:
        return None, ""
    answer = VendorVote.model_validate({"answer": value}).answer
    return (None if isinstance(answer, SkipAnswer) else answer), ""


def _malformed_item(index: int, item: Any, error: ValidationError) -> Malformed:
    first = error.errors(include_url=False)[0]
    field = short_reason(field_of(first["loc"])) if first["loc"] else "annotation"
    fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
    revision = fields.get("revision")
    return Malformed(
        index=index,
        field=field,
        detail=f"{field}: {message_of(first)}",
        external_id=_printable_text(fields.get("external_id")),
        annotation_id=_printable_text(fields.get("annotation_id")),
        revision=revision if type(revision) is int and 0 < revision < 2**31 else 0,
    )


def _printable_text(value: Any) -> str:
    return short_reason(value) if isinstance(value, str) else ""


def read_receipts(body: Any) -> list[TaskReceipt]:
    """Return the readable receipts of a batch; a task without one is sent again.

    Raises KeyError or TypeError if the body is not as documented.
    """
    receipts = []
    for item in list(body["results"]):
        with suppress(ValidationError):
            receipts.append(_read_receipt(VendorReceipt.model_validate(item)))
    return receipts


def _read_receipt(receipt: VendorReceipt) -> TaskReceipt:
    reason = _printable_text(receipt.error) or "the vendor gave no reason"
    return TaskReceipt(
        receipt.external_id,
        _printable_text(receipt.task_id) or None,
        reason if receipt.status == "rejected" else None,
    )


def read_cursor(value: Any) -> str:
    """Return a feed's next cursor. Raises ValueError if it is none that can be stored."""
    cursor = str(value) if type(value) is int else value
    if not isinstance(cursor, str) or not 0 < len(cursor) <= MOST_CURSOR or not cursor.isprintable():
        raise ValueError(f"next_cursor must be a printable text of 1 to {MOST_CURSOR} characters")
    return cursor


@dataclass(frozen=True, slots=True)
class TaskMedia:
    """Addresses of images, which are valid for `lifetime` after the task was sent."""

    addresses: MediaAddresses
    lifetime: timedelta


def batch_json(
    orders: Sequence[TaskOrder],
    guidelines: Mapping[int, Guideline],
    callback_url: str | None,
    media: TaskMedia,
) -> dict[str, Any]:
    """Return the body of POST {base}/tasks."""
    majors = sorted({order.guideline_major for order in orders})
    return {
        "callback_url": callback_url,
        "guidelines": {str(major): _guideline_json(guidelines[major], media) for major in majors},
        "tasks": [_task_json(order, media) for order in orders],
    }


def _guideline_json(guideline: Guideline, media: TaskMedia) -> dict[str, Any]:
    return {
        "guideline": {"major": guideline.major, "minor": guideline.minor},
        "title": guideline.title,
        "text": guideline.text,
        "label_schema": schema_json(guideline, media.addresses, media.lifetime),
    }


def _task_json(order: TaskOrder, media: TaskMedia) -> dict[str, Any]:
    return {
        "external_id": order.external_id,
        "project": order.project,
        "guideline": str(order.guideline_major),
        # Audit and gold tasks look like all others: an annotator who notices a check works differently on it.
        "purpose": "label",
        "content": content_json(order.datum, order.project, media.addresses, media.lifetime),
        "prediction": None if order.prelabel is None else prelabel_json(order.prelabel),
        "votes": order.votes,
        "priority": order.priority,
        "exclude_annotators": list(order.excluded),
    }
