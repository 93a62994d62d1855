"""Answers about tasks of the in-house queue, as their annotators and reviewers see them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shoal.contracts.base import Timestamp
from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal_gateway.domain.disputes import Dispute
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import TaskOrder
from shoal_gateway.http.guideline_schemas import EXAMPLE_CLASS, EXAMPLE_VERSION, ClassAnswer, VersionAnswer
from shoal_gateway.usecases.last_answer import LastAnswer


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


class UnnamedVoteAnswer(Answer):
    """A vote of an annotator who is not named, or a skip with its reason."""

    label: str | None = Field(default=None, description="Null for a skip.")
    code: str | None = Field(default=None, description="Reason for a skip, such as unclear_rule.")
    reason: str = Field(description="Reason for a skip in the annotator's words.")


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
            votes=[
                UnnamedVoteAnswer(label=vote.label, code=vote.code, reason=vote.reason)
                for vote in dispute.votes
            ],
            posterior=dict(shares),
            reason=grounds.reason if grounds else "",
        )


_EXAMPLE_TASK: dict[str, Any] = {
    "task_id": "6b0e6c64-4a43-5f0c-8d0b-5f8d8a7f9c01",
    "content": {"text": "Wheat exports fell.", "uri": "", "media_type": "text/plain"},
    "guideline": EXAMPLE_VERSION,
    "labels": [EXAMPLE_CLASS],
    "prediction": {"label": "grain", "score": 0.61, "model": "topics", "version": "7"},
    "leased_until": "2026-01-31T12:15:00Z",
    "dispute": {
        "votes": [
            {"label": "grain", "reason": ""},
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
    labels: list[ClassAnswer] | None = Field(
        description="The classes, if the task was created under an earlier guideline; otherwise null."
    )
    prediction: PredictionAnswer | None = Field(description="Shown if the guideline allows it.")
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
    ) -> "TaskAnswer":
        """Return a task as its annotator sees it, under `guideline`; `current` is the project's guideline."""
        datum, guess = order.datum, order.guess
        if guess is not None and not guideline.shows(guess.label):
            guess = None
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
            dispute=DisputeAnswer.of(dispute) if dispute else None,
        )


class LastAnswerAnswer(Answer):
    """The annotator's last answer or skip, with its task. Another answer to the task changes it."""

    model_config = with_examples(
        {
            "annotation_id": "0f8f6b0e-6a3f-5d0f-9c56-3a2f2b7f5c11",
            "label": "grain",
            "reason": "",
            "submitted_at": "2026-01-31T12:00:00Z",
            "task": _EXAMPLE_TASK,
        }
    )

    annotation_id: str
    label: str | None = Field(default=None, description="Null for a skip.")
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
            label=annotation.label,
            code=annotation.code,
            reason=annotation.reason,
            submitted_at=annotation.submitted_at,
            task=task,
        )
