"""Bodies and answers about labels, annotations, jobs and reviews."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from shoal.contracts.answers import Answer as LabelledAnswer
from shoal.contracts.answers import ClassAnswer, Corners
from shoal.contracts.base import Timestamp
from shoal.contracts.labels import LabelEvidence, Purpose
from shoal.contracts.samples import Candidate, Turn
from shoal.http.schemas import Answer
from shoal.inputs import ShortText, Strict, with_examples

JobState = Literal["open", "accepted", "review", "closed", "erased"]
_ANNOTATION: dict[str, Any] = {
    "job_id": "j-1",
    "provider": "inhouse",
    "annotator": "ann",
    "annotation_id": "a-1",
    "revision": 1,
    "action": "submitted",
    "label": "grain",
    "purpose": "label",
    "price": 0.05,
    "submitted_at": "2026-01-31T12:00:00Z",
    "skip_reason": "",
}
_CONTENT = {"text": "Wheat exports fell.", "media_type": "text/plain"}
_LABEL: dict[str, Any] = {
    "seq": 41,
    "job_id": "j-1",
    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
    "revision": 1,
    "state": "accepted",
    "label": "grain",
    "probability": 0.97,
    "evidence": {
        "method": "auto",
        "votes": 2,
        "annotators": ["inhouse/ann", "inhouse/bob"],
        "annotation_ids": ["a-1", "a-2"],
        "agreement": 1.0,
        "posterior": {"grain": 0.97, "trade": 0.03},
        "gold": False,
        "reviewed_by": "eve",
    },
    "reason": "the posterior reached the threshold",
    "accepted_at": "2026-01-31T12:10:00Z",
    "campaign_id": "3c9f0d9e-2f5a-5d0e-9a4e-6a9d1f7b2c11",
    "purpose": "label",
    "major": 1,
    "minor": 0,
    "content": _CONTENT,
    "predicted": "trade",
    "model": "topics 7",
    "inclusion": 0.1,
}


class ContentAnswer(Answer):
    """A sample's content. A field without a value is left out."""

    model_config = ConfigDict(extra="ignore")

    text: str | None = Field(default=None, exclude_if=lambda value: value is None)
    uri: str | None = Field(default=None, exclude_if=lambda value: value is None)
    sha256: str | None = Field(default=None, exclude_if=lambda value: value is None)
    media_type: str = "text/plain"
    width: int | None = Field(default=None, exclude_if=lambda value: value is None)
    height: int | None = Field(default=None, exclude_if=lambda value: value is None)
    turns: list[Turn] | None = Field(default=None, exclude_if=lambda value: value is None)
    prompt: str | None = Field(default=None, exclude_if=lambda value: value is None)
    candidates: list[Candidate] | None = Field(default=None, exclude_if=lambda value: value is None)
    crop: Corners | None = Field(default=None, exclude_if=lambda value: value is None)


class VoteAnswer(Answer):
    """The newest revision of an annotation of a job."""

    job_id: str
    provider: str
    annotator: str
    annotation_id: str
    revision: int
    action: Literal["submitted", "updated", "deleted", "skipped"]
    label: str | None = Field(description="A class, or the canonical text of another answer.")
    answer: LabelledAnswer | None = Field(default=None, description="Null when deleted.")
    purpose: Purpose
    price: float
    submitted_at: Timestamp
    skip_code: str | None = Field(
        default=None, description="Reason for a skip, such as unclear_rule; null without one."
    )
    skip_reason: str = Field(description="Reason for a skip in the annotator's words; it may be empty.")


class RevisionAnswer(VoteAnswer):
    """One revision of an annotation."""

    seq: int = Field(description="Sequence number in the order of arrival.")
    sample_id: str


class LabelAnswer(Answer):
    """The current state of a label."""

    seq: int = Field(description="Sequence number in the order of changes.")
    job_id: str
    sample_id: str
    revision: int
    state: Literal["accepted", "revised", "withdrawn"]
    label: str | None = Field(
        description="A class, or the canonical text of another answer; null if the label was withdrawn."
    )
    answer: LabelledAnswer | None = Field(
        default=None, description="Null if the label was withdrawn, and in labels of earlier releases."
    )
    probability: float
    evidence: LabelEvidence
    reason: str
    accepted_at: Timestamp
    campaign_id: str | None
    purpose: Purpose
    major: int = Field(description="Major number of the guideline.")
    minor: int
    content: ContentAnswer | None = Field(description="Null when the sample was erased.")
    predicted: str | None = Field(description="Label predicted by the production model.")
    model: str | None
    inclusion: float | None = Field(description="Probability with which the sample was selected.")
    votes: list[VoteAnswer] | None = Field(
        default=None, exclude_if=lambda value: value is None, description="Present with `include=votes`."
    )


class LabelsAnswer(Answer):
    """Labels that changed after a cursor."""

    model_config = with_examples({"labels": [_LABEL], "next_after": 41, "more": False})

    labels: list[LabelAnswer]
    next_after: int = Field(description="The cursor for the next request.")
    more: bool = Field(description="Whether there may be more at once.")


class AnnotationsAnswer(Answer):
    """Annotations that came after a cursor."""

    model_config = with_examples(
        {
            "annotations": [{**_ANNOTATION, "seq": 17, "sample_id": _LABEL["sample_id"]}],
            "next_after": 17,
            "more": False,
        }
    )

    annotations: list[RevisionAnswer]
    next_after: int = Field(description="The cursor for the next request.")
    more: bool = Field(description="Whether there may be more at once.")


class JobAnswer(Answer):
    """A job with its state and votes."""

    model_config = with_examples(
        {
            "job_id": "j-1",
            "project": "newsdesk",
            "sample_id": _LABEL["sample_id"],
            "purpose": "label",
            "major": 1,
            "minor": 0,
            "content": _CONTENT,
            "campaign_id": _LABEL["campaign_id"],
            "group_key": "session-17",
            "predicted": "trade",
            "model": "topics 7",
            "state": "accepted",
            "wanted": 2,
            "most": 3,
            "round": 0,
            "label": "grain",
            "decided": False,
            "revision": 1,
            "created_at": "2026-01-31T11:59:00Z",
            "votes": [_ANNOTATION],
        }
    )

    job_id: str
    project: str
    sample_id: str
    purpose: Purpose
    major: int
    minor: int
    content: ContentAnswer | None = Field(description="Null when the sample was erased.")
    campaign_id: str | None
    group_key: str | None
    predicted: str | None
    model: str | None
    state: JobState
    votes_requested: int = Field(alias="wanted", description="Votes requested so far.")
    most: int = Field(description="Most votes of the job.")
    round: int = Field(description="Number of requests to the gateway so far.")
    label: str | None
    decided: bool = Field(description="Whether an expert decided.")
    revision: int
    created_at: Timestamp
    votes: list[VoteAnswer]


class ReviewAnswer(Answer):
    """A job that waits for an expert."""

    job_id: str
    sample_id: str
    content: ContentAnswer | None
    created_at: Timestamp
    votes: list[VoteAnswer]


class ReviewsAnswer(Answer):
    """Jobs that wait for an expert, oldest first."""

    model_config = with_examples(
        {
            "reviews": [
                {
                    "job_id": "j-1",
                    "sample_id": _LABEL["sample_id"],
                    "content": _CONTENT,
                    "created_at": "2026-01-31T11:59:00Z",
                    "votes": [_ANNOTATION],
                }
            ]
        }
    )

    reviews: list[ReviewAnswer]


class ReviewIn(Strict):
    """An expert's decision."""

    model_config = with_examples({"label": "grain", "reviewer": "eve"})

    label: ShortText | None = Field(default=None, description="A class of the label schema.")
    answer: LabelledAnswer | None = Field(default=None, description="The expert's answer, of any kind.")
    reviewer: ShortText = Field(description="Name of the expert.")

    @model_validator(mode="after")
    def _has_one(self) -> "ReviewIn":
        if (self.label is None) == (self.answer is None):
            raise ValueError("needs either `label` or `answer`")
        return self

    def expert_answer(self) -> LabelledAnswer:
        """Return the answer, of a label too."""
        return self.answer or ClassAnswer(label=self.label or "")

    def answer_field(self) -> str:
        """Return the field that holds the answer."""
        return "label" if self.answer is None else "answer"


class DecisionAnswer(Answer):
    """The label of a job after an expert's decision."""

    model_config = with_examples(
        {"job_id": "j-1", "label": "grain", "answer": {"kind": "class", "label": "grain"}, "revision": 2}
    )

    job_id: str
    label: str = Field(description="A class, or the canonical text of another answer.")
    answer: LabelledAnswer
    revision: int
