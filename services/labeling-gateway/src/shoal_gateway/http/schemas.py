"""Request bodies and answers of the HTTP API, except those about providers and webhooks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shoal.contracts.base import Name, Timestamp
from shoal.http.schemas import Answer
from shoal.inputs import NO_NUL, ShortText, Strict, with_examples
from shoal_gateway.domain.annotations import Action
from shoal_gateway.domain.guidelines import Class, Guideline
from shoal_gateway.domain.tasks import TaskOrder
from shoal_gateway.usecases.annotate import CurrentRevision
from shoal_gateway.usecases.reports import Progress

AnnotatorName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL, strip_whitespace=True)
]
Reason = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
_CLASS = {"name": "grain", "definition": "Wheat, corn and other grains.", "examples": ["Wheat exports fell."]}
_VERSION = {"major": 1, "minor": 0, "version": "1.0"}


class AnswerIn(Strict):
    """One class of the label schema."""

    label: ShortText = Field(description="The class's name.")


class AnnotationIn(Strict):
    """An answer to a task."""

    model_config = with_examples({"annotator": "ann", "answer": {"label": "grain"}, "duration_s": 4.2})

    annotator: AnnotatorName = Field(description="Name of the annotator.")
    answer: AnswerIn
    duration_s: Seconds | None = Field(default=None, description="Time taken, in seconds.")


class SkipIn(Strict):
    """A skip, with its reason."""

    model_config = with_examples({"annotator": "ann", "reason": "not in a language I read"})

    annotator: AnnotatorName = Field(description="Name of the annotator.")
    reason: Reason = Field(default="", description="Reason for the skip; it may be empty.")
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


class VersionAnswer(Answer):
    """The version of a guideline."""

    major: int
    minor: int
    version: str = Field(description="Major and minor number, such as 1.0.")

    @classmethod
    def of(cls, guideline: Guideline) -> "VersionAnswer":
        """Return the version of a guideline."""
        version = f"{guideline.major}.{guideline.minor}"
        return cls(major=guideline.major, minor=guideline.minor, version=version)


class ClassAnswer(Answer):
    """One class of a label schema."""

    name: str
    definition: str
    examples: list[str]

    @classmethod
    def of(cls, item: Class) -> "ClassAnswer":
        """Return the answer about a class."""
        return cls(name=item.name, definition=item.definition, examples=list(item.examples))


class SchemaAnswer(Answer):
    """The answers that the guideline allows."""

    kind: Literal["single_choice"]
    classes: list[ClassAnswer]


class GuidelineAnswer(Answer):
    """A project's guideline."""

    model_config = with_examples(
        {
            "project": "newsdesk",
            "guideline": _VERSION,
            "title": "Topics of newswire",
            "text": "# Topics",
            "label_schema": {"kind": "single_choice", "classes": [_CLASS]},
            "prelabels_allowed": False,
        }
    )

    project: Name
    guideline: VersionAnswer
    title: str
    text: str = Field(description="Markdown.")
    label_schema: SchemaAnswer
    prelabels_allowed: bool = Field(description="Whether annotators see the model's prediction.")

    @classmethod
    def of(cls, guideline: Guideline) -> "GuidelineAnswer":
        """Return the answer about a guideline."""
        classes = [ClassAnswer.of(item) for item in guideline.classes]
        return cls(
            project=guideline.project,
            guideline=VersionAnswer.of(guideline),
            title=guideline.title,
            text=guideline.text,
            label_schema=SchemaAnswer(kind="single_choice", classes=classes),
            prelabels_allowed=guideline.prelabels_allowed,
        )


class ContentAnswer(Answer):
    """The content to label."""

    text: str | None
    uri: str | None
    media_type: str


class PredictionAnswer(Answer):
    """A model's prediction."""

    label: str
    score: float | None
    model: str
    version: str


class TaskAnswer(Answer):
    """A task leased to the annotator. It does not reveal gold or audit tasks."""

    model_config = with_examples(
        {
            "task_id": "6b0e6c64-4a43-5f0c-8d0b-5f8d8a7f9c01",
            "content": {"text": "Wheat exports fell.", "uri": "", "media_type": "text/plain"},
            "guideline": _VERSION,
            "labels": [_CLASS],
            "prediction": {"label": "grain", "score": 0.61, "model": "topics", "version": "7"},
            "leased_until": "2026-01-31T12:15:00Z",
        }
    )

    task_id: str
    content: ContentAnswer
    guideline: VersionAnswer = Field(description="The project's current guideline.")
    labels: list[ClassAnswer] | None = Field(
        description="The classes, if the task was created under an earlier guideline; otherwise null."
    )
    prediction: PredictionAnswer | None = Field(description="Shown if the guideline allows it.")
    leased_until: Timestamp

    @classmethod
    def of(
        cls, order: TaskOrder, leased_until: datetime, *, guideline: Guideline, current: Guideline
    ) -> "TaskAnswer":
        """Return a task as its annotator sees it, under `guideline`; `current` is the project's guideline."""
        datum, guess = order.datum, order.guess if guideline.prelabels_allowed else None
        is_old = guideline.major != current.major
        return cls(
            task_id=order.external_id,
            content=ContentAnswer(text=datum.text, uri=datum.uri, media_type=datum.media_type),
            guideline=VersionAnswer.of(current),
            labels=[ClassAnswer.of(item) for item in guideline.classes] if is_old else None,
            prediction=guess
            and PredictionAnswer(
                label=guess.label, score=guess.score, model=guess.model, version=guess.version
            ),
            leased_until=leased_until,
        )


class ProgressAnswer(Answer):
    """The in-house queue of one lane."""

    model_config = with_examples({"waiting": 40, "done": 12, "yours": 7, "votes": 24})

    waiting: int = Field(description="Tasks that wait for answers.")
    complete: int = Field(alias="done", description="Tasks with all answers.")
    yours: int = Field(description="Current answers of the annotator.")
    votes: int = Field(description="Current answers of all annotators.")

    @classmethod
    def of(cls, progress: Progress) -> "ProgressAnswer":
        """Return the answer about a queue."""
        return cls(
            waiting=progress.waiting, done=progress.complete, yours=progress.yours, votes=progress.votes
        )
