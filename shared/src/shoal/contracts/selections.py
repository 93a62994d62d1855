"""Campaigns, and the decisions of their policies on samples."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from shoal.contracts.base import Event, FreeObject, Id, Label, Name, Ordinal, Phrase, Timestamp, Value

CampaignState = Literal["draft", "active", "paused", "done"]


class CampaignChanged(Event):
    """The complete state of a campaign after a change; `version` grows with every change of its policy."""

    TYPE: ClassVar[str] = "shoal.campaign.changed.v1"
    KEY: ClassVar[str] = "campaign_id"

    campaign_id: Id
    name: Name
    state: CampaignState
    version: Ordinal
    strategy: FreeObject  # kind and its parameters; vectors as base64 of little-endian float32
    filter: FreeObject = Field(default_factory=dict)
    budget: FreeObject
    labeling: FreeObject  # votes per job, provider, priority
    until: Timestamp | None = None
    changed_at: Timestamp


class PolicyDecision(Value):
    """The decision of one policy on one sample, with its probability of taking the sample."""

    policy: Id  # "campaign:<id>" or "audit"
    version: Ordinal
    probability: float = Field(ge=0, le=1)
    score: float | None = None
    taken: bool
    reason: Phrase

    @model_validator(mode="after")
    def _could_take(self) -> "PolicyDecision":
        if self.taken and not self.probability:
            raise ValueError("probability is 0, and the sample is taken; send the probability of taking it")
        return self


class SamplingDecided(Event):
    """One compact record per sample, with every policy that could have taken it (p > 0)."""

    TYPE: ClassVar[str] = "shoal.sampling.decided.v1"
    KEY: ClassVar[str] = "sample_id"

    sample_id: Id
    decisions: tuple[PolicyDecision, ...]
    predicted_label: Label | None = None
    model: Phrase | None = None
    model_version: Phrase | None = None
    parent_id: Id | None = None  # of a crop: the sample with the whole image
    occurred_at: Timestamp
    decided_at: Timestamp
