"""The body of a webhook and its answer."""

from typing import Any

from pydantic import BaseModel, Field

from shoal.http.schemas import Answer
from shoal.inputs import with_examples

_ANNOTATION = {
    "external_id": "6b0e6c64-4a43-5f0c-8d0b-5f8d8a7f9c01",
    "annotation_id": "a-1",
    "revision": 1,
    "action": "submitted",
    "annotator": "w-17",
    "answer": {"label": "grain"},
    "submitted_at": "2026-01-31T12:00:00Z",
    "duration_s": 4.2,
    "price": 0.05,
}


class WebhookIn(BaseModel):
    """A provider's message (docs/generic-vendor.md). Unknown fields are ignored."""

    model_config = with_examples({"type": "annotations", "data": {"annotations": [_ANNOTATION]}})

    class Data(BaseModel):
        """The annotations."""

        annotations: list[dict[str, Any]] = Field(
            min_length=1,
            max_length=500,
            description="Annotations as docs/generic-vendor.md defines them; a bad one does not affect the others.",
        )

    data: Data


class RefusedAnnotation(Answer):
    """A refused annotation of a webhook, with the reason."""

    index: int
    status: int = Field(description="The HTTP status if the request had only this annotation.")
    reason: str
    field: str
    detail: str
    fix: str


class ReceiptAnswer(Answer):
    """The result of a webhook: annotations stored, and annotations refused."""

    model_config = with_examples(
        {
            "accepted": 1,
            "refused": [
                {
                    "index": 1,
                    "status": 422,
                    "reason": "unknown_label",
                    "field": "data.annotations[1].answer.label",
                    "detail": "'grian' is not a label of the guideline",
                    "fix": "did you mean 'grain'? Allowed labels: grain, trade",
                }
            ],
        }
    )

    accepted: int
    refused: list[RefusedAnnotation]
