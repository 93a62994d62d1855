"""Translation of the generic vendor's JSON. One bad annotation does not affect the others."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shoal.inputs import Moment
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Guess, TaskOrder, TaskReceipt
from shoal_gateway.usecases.ports import Malformed, ReceivedItem

# PostgreSQL stores no NUL in text.
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Note = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class VendorAnswer(BaseModel):
    """A label, or the reason for a skip."""

    label: Id | None = None
    reason: Note = ""


class VendorAnnotation(BaseModel):
    """One annotation, as docs/generic-vendor.md defines it."""

    model_config = ConfigDict(extra="ignore")

    external_id: Id
    annotation_id: Id
    revision: int = Field(ge=1, le=2**31 - 1)
    action: Literal["submitted", "updated", "deleted", "skipped"]
    annotator: Id
    answer: VendorAnswer | None = None
    submitted_at: Moment
    duration_s: Amount | None = None
    price: Amount | None = None


class VendorReceipt(BaseModel):
    """The vendor's response to one task."""

    external_id: str
    status: Literal["created", "exists", "rejected"]
    task_id: str | None = None
    error: str = "the vendor gave no reason"


def read_annotations(items: Sequence[Any]) -> list[ReceivedItem]:
    """Return each item as an annotation or as malformed, in order."""
    return [_read_annotation(index, item) for index, item in enumerate(items)]


def _read_annotation(index: int, item: Any) -> ReceivedItem:
    try:
        parsed = VendorAnnotation.model_validate(item)
    except ValidationError as error:
        return _malformed_item(index, item, error)
    answer = parsed.answer or VendorAnswer()
    counts = parsed.action in ("submitted", "updated")
    return Annotation(
        external_id=parsed.external_id,
        annotation_id=parsed.annotation_id,
        revision=parsed.revision,
        action=parsed.action,
        annotator=parsed.annotator,
        label=answer.label if counts else None,
        reason=answer.reason,
        submitted_at=parsed.submitted_at,
        duration_s=parsed.duration_s,
        price=parsed.price,
    )


def _malformed_item(index: int, item: Any, error: ValidationError) -> Malformed:
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "annotation"
    fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
    revision = fields.get("revision")
    return Malformed(
        index=index,
        field=field,
        detail=f"{field}: {first['msg']}",
        external_id=_printable_text(fields.get("external_id")),
        annotation_id=_printable_text(fields.get("annotation_id")),
        revision=revision if type(revision) is int and 0 < revision < 2**31 else 0,
    )


def _printable_text(value: Any) -> str:
    return str(value if value is not None else "")[:200].replace("\x00", "")


def read_receipts(body: Any) -> list[TaskReceipt]:
    """Return the receipts of a batch.

    Raises KeyError, TypeError or ValueError if the body is not as documented.
    """
    receipts = [VendorReceipt.model_validate(item) for item in body["results"]]
    return [
        TaskReceipt(item.external_id, item.task_id, item.error if item.status == "rejected" else None)
        for item in receipts
    ]


def batch_json(
    orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], callback_url: str | None
) -> dict[str, Any]:
    """Return the body of POST {base}/tasks."""
    majors = sorted({order.guideline_major for order in orders})
    return {
        "callback_url": callback_url,
        "guidelines": {str(major): _guideline_json(guidelines[major]) for major in majors},
        "tasks": [_task_json(order) for order in orders],
    }


def _guideline_json(guideline: Guideline) -> dict[str, Any]:
    classes = [
        {"name": item.name, "definition": item.definition, "examples": list(item.examples)}
        for item in guideline.classes
    ]
    return {
        "guideline": {"major": guideline.major, "minor": guideline.minor},
        "title": guideline.title,
        "text": guideline.text,
        "label_schema": {"kind": "single_choice", "classes": classes},
    }


def _task_json(order: TaskOrder) -> dict[str, Any]:
    datum = order.datum
    return {
        "external_id": order.external_id,
        "project": order.project,
        "guideline": str(order.guideline_major),
        # Audit and gold tasks look like all others: an annotator who notices a check works differently on it.
        "purpose": "label",
        "content": {
            "text": datum.text,
            "uri": datum.uri,
            "sha256": datum.sha256,
            "media_type": datum.media_type,
        },
        "prediction": None if order.guess is None else guess_json(order.guess),
        "votes": order.votes,
        "priority": order.priority,
    }


def guess_json(guess: Guess) -> dict[str, Any]:
    """Return the body of PUT {base}/tasks/{external_id}/prediction."""
    return {"label": guess.label, "score": guess.score, "model": guess.model, "version": guess.version}
