"""Labelling jobs, the votes of people and models, and the labels accepted from them."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shoal.contracts.answers import Answer, ClassAnswer, SkipAnswer
from shoal.contracts.base import (
    Count,
    Duration,
    Event,
    FullId,
    Id,
    Label,
    Name,
    Ordinal,
    Phrase,
    Price,
    Tags,
    Timestamp,
    Value,
)
from shoal.contracts.samples import Content, Prediction

__all__ = [
    "AnnotationSubmitted",
    "Answer",
    "ClassAnswer",
    "GuidelineRef",
    "LabelAccepted",
    "LabelEvidence",
    "LabelingJob",
    "Purpose",
    "SkipAnswer",
    "VotesRequested",
]

Purpose = Literal["label", "audit", "gold", "review"]


class GuidelineRef(Value):
    """The version of a guideline; a change of the label schema raises `major`."""

    major: Ordinal
    minor: Count


class LabelingJob(Event):
    """A request to label one sample under one guideline."""

    TYPE: ClassVar[str] = "shoal.labeling.job.v1"
    KEY: ClassVar[str] = "job_id"

    job_id: Id
    sample_id: Id
    purpose: Purpose
    guideline: GuidelineRef
    content: Content
    prediction: Prediction | None = None
    campaign_id: Id | None = None
    provider: Name | None = None  # None: the project's default
    priority: int = Field(default=0, ge=-100, le=100)
    votes: int = Field(ge=1, le=100)  # votes to collect at first
    max_votes: int = Field(ge=1, le=100)  # upper limit of the job's votes
    group: Phrase | None = None
    source: Name | None = None  # of the sample, as its producer named it; None for gold items
    source_id: Id | None = None
    tags: Tags = Field(default_factory=dict)
    occurred_at: Timestamp | None = None
    received_at: Timestamp | None = None  # the sample's arrival at ingest
    campaign: Name | None = None  # name of the campaign
    requested_at: Timestamp


class VotesRequested(Event):
    """A request from qa for one more vote, for an expert's review, or for no more votes."""

    TYPE: ClassVar[str] = "shoal.votes.requested.v1"
    KEY: ClassVar[str] = "job_id"

    job_id: Id
    sample_id: Id
    action: Literal["more", "review", "cancel"]
    votes: int = Field(ge=0, le=100)  # the total to collect, not an increment: replays add nothing
    round: Ordinal
    reason: Phrase
    posterior: dict[Label, float] = Field(default_factory=dict)  # of a review: the likeliest classes
    requested_at: Timestamp
    skills: dict[FullId, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict
    )  # of a review: skill of its voters, by provider/annotator, where it is measured


class AnnotationSubmitted(Event):
    """One revision of one annotator's answer; edits and deletions are later revisions."""

    TYPE: ClassVar[str] = "shoal.annotation.submitted.v1"
    KEY: ClassVar[str] = "job_id"

    job_id: Id
    sample_id: Id
    task_id: Id
    provider: Name
    annotator: Id  # unique within the provider
    annotation_id: Id
    revision: Ordinal
    action: Literal["submitted", "updated", "deleted", "skipped"]
    answer: Answer | None = None  # None when deleted
    purpose: Purpose
    guideline: GuidelineRef
    duration_s: Duration | None = None
    price: Price = 0.0  # in the project's currency, for this vote
    submitted_at: Timestamp


class LabelEvidence(Value):
    """The evidence for an accepted label."""

    method: Phrase = Field(max_length=100)
    votes: Count
    annotators: tuple[FullId, ...] = ()
    annotation_ids: tuple[FullId, ...] = ()
    agreement: float = Field(ge=0, le=1)  # share of votes for the accepted label, or near it
    posterior: dict[Label, float] = Field(default_factory=dict)  # of a set of classes: that each applies
    objects: tuple[Annotated[float, Field(ge=0, le=1)], ...] = ()  # probability of each object, in order
    interval: tuple[float, float] | None = None  # of a number
    gold: bool = False
    reviewed_by: FullId | None = None


class LabelAccepted(Event):
    """A label that meets the project's rule; later revisions replace it and give their reason."""

    TYPE: ClassVar[str] = "shoal.label.accepted.v1"
    KEY: ClassVar[str] = "sample_id"

    sample_id: Id
    job_id: Id
    campaign_id: Id | None = None
    state: Literal["accepted", "revised", "withdrawn"]
    revision: Ordinal
    label: Label | None = None  # of a single choice; None when withdrawn, and for other kinds of answers
    probability: float = Field(ge=0, le=1)
    guideline: GuidelineRef
    evidence: LabelEvidence
    reason: Phrase
    accepted_at: Timestamp
    answer: Answer | None = None  # None when withdrawn, and in events of earlier releases
