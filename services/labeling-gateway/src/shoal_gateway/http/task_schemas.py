"""Answers about tasks of the in-house queue, as their annotators and reviewers see them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from shoal.contracts.answers import Answer as LabelledAnswer
from shoal.contracts.base import Timestamp
from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal_gateway.domain.disputes import Dispute, UnnamedVote
from shoal_gateway.domain.guidelines import Guideline, Prelabels
from shoal_gateway.domain.label_schema import CLASS
from shoal_gateway.domain.tasks import TaskOrder
from shoal_gateway.http.guideline_schemas import (
    EXAMPLE_CLASS,
    EXAMPLE_VERSION,
    ClassAnswer,
    SchemaAnswer,
    VersionAnswer,
    schema_answer,
)
from shoal_gateway.usecases.contents import content_json, prelabel_json
from shoal_gateway.usecases.inhouse.last_answer import LastAnswer
from shoal_gateway.usecases.label_types import read_answer
from shoal_gateway.usecases.ports.media import MediaAddresses
from shoal_gateway.usecases.prelabels import prelabel_of


class MediaAnswer(Answer):
    """An image of the media store, at addresses that expire after some minutes."""

    url: str | None = Field(description="Null if this installation signs no addresses.")
    thumbnail: str | None
    width: int | None
    height: int | None


class ContentAnswer(Answer):
    """The content to label."""

    kind: str = Field(description="text, image, conversation or candidates.")
    text: str | None = None
    uri: str | None = None
    sha256: str | None = None
    media_type: str
    media: MediaAnswer | None = None
    prompt: str | None = None
    turns: list[dict[str, Any]] | None = Field(default=None, description="Turns with `role` and `text`.")
    candidates: list[dict[str, Any]] | None = Field(
        default=None, description="Candidates with `id` and `text`. The models behind them are not named."
    )
    crop: dict[str, float] | None = Field(default=None, description="The part of the image that is meant.")
    cropped: MediaAnswer | None = Field(default=None, description="The picture of that part.")


PredictionAnswer = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "title": "Prediction",
            "type": "object",
            "required": ["kind", "model", "version"],
            "properties": {
                "kind": {"type": "string"},
                "score": {"type": ["number", "null"]},
                "model": {"type": "string"},
                "version": {"type": "string"},
            },
            "description": "A model's prediction: an answer with `score` (of a class), `scores` (by class or "
            "candidate, or a list in the order of the objects), `model` and `version`.",
        }
    ),
]


class UnnamedVoteAnswer(Answer):
    """A vote of an annotator who is not named, or a skip with its reason."""

    label: str | None = Field(default=None, description="A class; null for a skip and for other kinds.")
    answer: LabelledAnswer | None = Field(default=None, description="Null for a skip.")
    code: str | None = Field(default=None, description="Reason for a skip, such as unclear_rule.")
    reason: str = Field(description="Reason for a skip in the annotator's words.")
    skill: float | None = Field(
        default=None, description="Probability that the annotator is right; null if it is not measured yet."
    )

    @classmethod
    def of(cls, vote: UnnamedVote) -> "UnnamedVoteAnswer":
        """Return the answer about a vote."""
        return cls(
            label=vote.label if vote.kind == CLASS else None,
            answer=None if vote.label is None else read_answer(vote.label, vote.kind),
            code=vote.code,
            reason=vote.reason,
            skill=vote.skill,
        )


class DisputeAnswer(Answer):
    """What the votes on a disputed sample are, and why it came to review; for reviewers only."""

    votes: list[UnnamedVoteAnswer] = Field(description="In an order that reveals no annotator.")
    posterior: dict[str, float] = Field(
        description="Probabilities of the likeliest classes when qa requested the review, the likeliest first."
    )
    reason: str = Field(description="Why qa requested the review.")

    @classmethod
    def of(cls, dispute: Dispute) -> "DisputeAnswer":
        """Return the answer about a dispute."""
        grounds = dispute.grounds
        shares = sorted(grounds.posterior.items(), key=lambda item: -item[1]) if grounds else []
        return cls(
            votes=[UnnamedVoteAnswer.of(vote) for vote in dispute.votes],
            posterior=dict(shares),
            reason=grounds.reason if grounds else "",
        )


_EXAMPLE_TASK: dict[str, Any] = {
    "task_id": "6b0e6c64-4a43-5f0c-8d0b-5f8d8a7f9c01",
    "content": {
        "kind": "text",
        "text": "Wheat exports fell.",
        "uri": None,
        "media_type": "text/plain",
    },
    "guideline": EXAMPLE_VERSION,
    "schema": {"kind": "single_choice", "classes": [EXAMPLE_CLASS]},
    "labels": [EXAMPLE_CLASS],
    "prediction": {
        "kind": "class",
        "label": "grain",
        "score": 0.61,
        "scores": {"grain": 0.61, "trade": 0.39},
        "model": "topics",
        "version": "7",
    },
    "prelabel": "shown",
    "leased_until": "2026-01-31T12:15:00Z",
    "dispute": {
        "votes": [
            {"label": "grain", "answer": {"kind": "class", "label": "grain"}, "reason": "", "skill": 0.93},
            {"code": "other", "reason": "The text breaks off."},
        ],
        "posterior": {"grain": 0.55, "trade": 0.45},
        "reason": "the votes disagree",
    },
}


class TaskAnswer(Answer):
    """A task leased to the annotator. It does not reveal gold or audit tasks."""

    model_config = with_examples(_EXAMPLE_TASK)

    task_id: str
    content: ContentAnswer
    guideline: VersionAnswer = Field(description="The project's current guideline.")
    label_schema: SchemaAnswer = Field(alias="schema")
    labels: list[ClassAnswer] | None = Field(
        description="The classes, if the task was created under an earlier guideline; otherwise null."
    )
    prediction: PredictionAnswer | None = Field(
        description="Null if the guideline hides predictions, or if it does not fit the schema."
    )
    prelabel: Prelabels = Field(description="on_demand: show the prediction when the annotator asks for it.")
    leased_until: Timestamp | None = Field(description="Null for a task that the annotator has answered.")
    dispute: DisputeAnswer | None = Field(description="In the lane review; otherwise null.")

    @classmethod
    def of(
        cls,
        order: TaskOrder,
        leased_until: datetime | None,
        *,
        guideline: Guideline,
        current: Guideline,
        dispute: Dispute | None,
        media: MediaAddresses,
    ) -> "TaskAnswer":
        """Return a task as its annotator sees it, under `guideline`; `current` is the project's guideline."""
        is_old = guideline.major != current.major
        return cls(
            task_id=order.external_id,
            content=ContentAnswer.model_validate(content_json(order.datum, order.project, media)),
            guideline=VersionAnswer.of(current),
            schema=schema_answer(guideline, media),
            labels=[ClassAnswer.of(item) for item in guideline.schema.classes] if is_old else None,
            prediction=_prediction_of(order, guideline),
            prelabel=guideline.prelabels,
            leased_until=leased_until,
            dispute=DisputeAnswer.of(dispute) if dispute else None,
        )


def _prediction_of(order: TaskOrder, guideline: Guideline) -> dict[str, Any] | None:
    if guideline.prelabels == "hidden":
        return None
    prelabel = prelabel_of(order.guess, guideline.schema, order.datum)
    return None if prelabel is None else prelabel_json(prelabel)


class LastAnswerAnswer(Answer):
    """The annotator's last answer or skip, with its task. Another answer to the task changes it."""

    model_config = with_examples(
        {
            "annotation_id": "0f8f6b0e-6a3f-5d0f-9c56-3a2f2b7f5c11",
            "label": "grain",
            "answer": {"kind": "class", "label": "grain"},
            "reason": "",
            "submitted_at": "2026-01-31T12:00:00Z",
            "task": _EXAMPLE_TASK,
        }
    )

    annotation_id: str
    label: str | None = Field(default=None, description="A class; null for a skip and for other kinds.")
    answer: LabelledAnswer | None = Field(default=None, description="Null for a skip.")
    code: str | None = Field(default=None, description="Reason for a skip.")
    reason: str
    submitted_at: Timestamp
    task: TaskAnswer

    @classmethod
    def of(cls, last: LastAnswer, task: TaskAnswer) -> "LastAnswerAnswer":
        """Return the answer about an annotator's last answer."""
        annotation = last.annotation
        return cls(
            annotation_id=annotation.annotation_id,
            label=annotation.label if annotation.kind == CLASS else None,
            answer=None if annotation.label is None else read_answer(annotation.label, annotation.kind),
            code=annotation.code,
            reason=annotation.reason,
            submitted_at=annotation.submitted_at,
            task=task,
        )
