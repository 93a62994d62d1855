"""Bodies of answers and skips, and the answer about what was stored."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shoal.contracts.base import NO_NUL
from shoal.http.schemas import Answer
from shoal.inputs import Strict, with_examples
from shoal_gateway.domain.annotations import Action
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.usecases.inhouse.annotate import CurrentRevision
from shoal_gateway.usecases.label_types import AnswerOfKind

AnnotatorName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL, strip_whitespace=True)
]
Reason = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class AnnotationIn(Strict):
    """An answer to a task."""

    model_config = with_examples(
        {"annotator": "ann", "answer": {"kind": "class", "label": "grain"}, "duration_s": 4.2},
        {"annotator": "ann", "answer": {"kind": "classes", "labels": ["grain", "trade"]}},
    )

    annotator: AnnotatorName = Field(description="Name of the annotator.")
    answer: AnswerOfKind = Field(
        description="An answer of the kind that the task's schema asks for; without `kind` it is a class."
    )
    duration_s: Seconds | None = Field(default=None, description="Time taken, in seconds.")


class SkipIn(Strict):
    """A skip, with its reason."""

    model_config = with_examples({"annotator": "ann", "code": "other", "reason": "not in a language I read"})

    annotator: AnnotatorName = Field(description="Name of the annotator.")
    code: SkipCode | None = Field(default=None, description="Reason for the skip; null states none.")
    reason: Reason = Field(default="", description="The reason in the annotator's words; it may be empty.")
    duration_s: Seconds | None = Field(default=None, description="Time taken, in seconds.")


class AnnotationAnswer(Answer):
    """The current revision of an annotation."""

    model_config = with_examples(
        {"annotation_id": "0d6d3a52-2c47-5c0a-9b55-0f5a0f7c2a11", "revision": 1, "action": "submitted"}
    )

    annotation_id: str
    revision: int
    action: Action

    @classmethod
    def of(cls, annotation: CurrentRevision) -> "AnnotationAnswer":
        """Return the answer about an annotation."""
        return cls(
            annotation_id=annotation.annotation_id, revision=annotation.revision, action=annotation.action
        )
