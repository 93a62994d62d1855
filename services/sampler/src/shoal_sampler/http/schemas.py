"""Bodies and answers of the HTTP API; a campaign's body is usecases.definition.Definition."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shoal.contracts.base import Name, Timestamp
from shoal.contracts.selections import CampaignState
from shoal.http.schemas import Answer, CautionAnswer
from shoal.inputs import Strict, with_examples
from shoal_sampler.domain.campaigns.waits import Waits
from shoal_sampler.usecases.campaigns.definition import Budget, Conditions, Labeling
from shoal_sampler.usecases.ports import AuditRow, CampaignRow

_WHEAT: dict[str, Any] = {
    "campaign_id": "3c9f0d9e-2f5a-5d0e-9a4e-6a9d1f7b2c11",
    "project": "newsdesk",
    "name": "wheat",
    "state": "active",
    "version": 1,
    "strategy": {
        "kind": "auto",
        "share": 0.1,
        "measure": "margin",
        "coverage_votes": 0,
        "examples": [],
        "counter_examples": [],
        "exploration": 0.0,
        "duplicate_similarity": 0.97,
        "window_samples": 256,
        "window_seconds": 5.0,
    },
    "filter": {"predicted_labels": ["grain"], "models": [], "model_versions": [], "tags": {}},
    "budget": {"votes": 300, "samples_per_day": 50},
    "labeling": {"votes": 2, "max_votes": 3, "priority": 0, "provider": "inhouse"},
    "until": "2026-03-31T00:00:00Z",
    "changed_at": "2026-01-31T12:00:00Z",
    "votes_reserved": 120,
    "taken_today": 40,
    "counts": {
        "seen": 4096,
        "eligible": 512,
        "taken": 40,
        "shared": 0,
        "duplicates": 3,
        "jobs": 40,
        "labels_accepted": 31,
    },
    "waits_for": "day_cap_reached",
}
_WARNING = {
    "detail": "filter.models: none of 4,096 samples so far comes from model 'topics2', but for instance topics",
    "field": "filter.models",
    "fix": "Write 'topics' if you mean it, or keep it only if such samples will come",
}
_AUDIT = {"rate": 0.01, "votes": 2, "max_votes": 3, "votes_per_day": 300}


class ExampleAnswer(Answer):
    """An example of a campaign: its sample's id, or a note that it is a vector."""

    sample_id: str | None = Field(default=None, exclude_if=lambda value: value is None)
    vector: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="The word `given`; never the numbers.",
    )

    @classmethod
    def of(cls, example: Mapping[str, Any]) -> "ExampleAnswer":
        """Return the answer about an example of an event."""
        sample_id = example.get("sample_id")
        return cls(sample_id=sample_id) if sample_id else cls(vector="given")


class StrategyAnswer(Answer):
    """How a campaign chooses. Fields without a value are omitted."""

    kind: str
    share: float | None = Field(default=None, exclude_if=lambda value: value is None)
    measure: str
    coverage_votes: int
    threshold: float | None = Field(default=None, exclude_if=lambda value: value is None)
    examples: list[ExampleAnswer]
    counter_examples: list[ExampleAnswer]
    generation: str | None = Field(default=None, exclude_if=lambda value: value is None)
    exploration: float
    duplicate_similarity: float
    window_samples: int
    window_seconds: float

    @classmethod
    def of(cls, strategy: Mapping[str, Any]) -> "StrategyAnswer":
        """Return the answer about a strategy of an event."""
        lists = {
            name: [ExampleAnswer.of(example) for example in strategy.get(name, ())]
            for name in ("examples", "counter_examples")
        }
        return cls(**{**strategy, **lists})


class Counts(Answer):
    """Counts of a campaign's samples."""

    samples_seen: int = Field(
        alias="seen", description="Samples of the project while the campaign was active."
    )
    eligible: int = Field(description="Samples that passed the filter.")
    samples_taken: int = Field(alias="taken", description="Samples that were chosen.")
    shared: int = Field(description="Chosen samples that share the job of another campaign.")
    duplicates: int = Field(description="Samples left out as duplicates of chosen ones.")
    jobs: int = Field(description="Jobs that the campaign created.")
    labels_accepted: int = Field(description="Chosen samples with an accepted label.")


class CampaignAnswer(Answer):
    """A campaign, its spending and its counts."""

    model_config = with_examples(_WHEAT)

    campaign_id: str
    project: Name
    name: Name
    state: CampaignState
    version: int = Field(description="Grows with every change.")
    strategy: StrategyAnswer
    filter: Conditions
    budget: Budget
    labeling: Labeling
    until: Timestamp | None
    changed_at: Timestamp
    votes_reserved: int = Field(description="Votes of the budget that jobs have reserved.")
    taken_today: int
    counts: Counts
    waits_for: Waits = Field(
        description="What the campaign waits for. It takes samples if this is `samples` (none has come), "
        "`matching_samples` (none passed the filter) or `more_samples`."
    )

    @classmethod
    def of(cls, row: CampaignRow, waits_for: Waits) -> "CampaignAnswer":
        """Return the answer about a campaign."""
        event = row.event
        return cls(
            campaign_id=event.campaign_id,
            project=event.project,
            name=event.name,
            state=event.state,
            version=event.version,
            strategy=StrategyAnswer.of(event.strategy),
            filter=Conditions.model_validate(event.filter),
            budget=Budget.model_validate(event.budget),
            labeling=Labeling.model_validate(event.labeling),
            until=event.until,
            changed_at=event.changed_at,
            votes_reserved=row.votes_reserved,
            taken_today=row.taken_today,
            counts=Counts(**row.counts),
            waits_for=waits_for,
        )


class ChangedCampaignAnswer(CampaignAnswer):
    """A campaign that was created or changed, and warnings about its definition."""

    model_config = with_examples({**_WHEAT, "warnings": [_WARNING]})

    warnings: list[CautionAnswer] = Field(
        description="Parts of the definition that were stored, but may be mistakes."
    )


class CampaignsAnswer(Answer):
    """A project's campaigns, oldest first, and its samples."""

    model_config = with_examples({"campaigns": [_WHEAT], "samples_waiting": 17, "samples_decided": 4096})

    campaigns: list[CampaignAnswer]
    samples_waiting: int = Field(description="Samples that wait for their window to close.")
    samples_decided: int = Field(description="Samples with a decision.")


class AuditIn(Strict):
    """A project's audit."""

    model_config = with_examples(_AUDIT)

    rate: float = Field(ge=0, le=1, description="Share of all samples that is labelled.")
    votes: int = Field(default=2, ge=1, le=100, description="Votes requested at the start of a job.")
    max_votes: int = Field(default=3, ge=1, le=100, description="Votes that a job reserves.")
    votes_per_day: int = Field(default=300, ge=0, le=10**9, description="Most votes per day.")

    @model_validator(mode="after")
    def _most_is_not_less(self) -> "AuditIn":
        if self.max_votes < self.votes:
            raise ValueError(f"max_votes {self.max_votes} is less than votes {self.votes}: raise it")
        return self

    @field_validator("votes_per_day")
    @classmethod
    def _pays_for_a_sample(cls, votes_per_day: int, info: ValidationInfo) -> int:
        reserved = info.data.get("max_votes", 1)
        if 0 < votes_per_day < reserved:
            raise ValueError(
                f"{votes_per_day} votes pay for no sample, as each reserves max_votes {reserved}: raise it, or "
                "give 0 to turn the audit off"
            )
        return votes_per_day


class AuditAnswer(Answer):
    """The audit in force, and what it has spent."""

    model_config = with_examples(
        {"project": "newsdesk", **_AUDIT, "version": 1, "votes_today": 24, "jobs": 980}
    )

    project: Name
    rate: float
    votes: int
    max_votes: int
    votes_per_day: int
    version: int = Field(description="Grows with every change.")
    votes_today: int
    jobs: int = Field(description="Jobs of all time.")

    @classmethod
    def of(cls, project: str, row: AuditRow) -> "AuditAnswer":
        """Return the answer about a project's audit."""
        return cls(project=project, **asdict(row.audit), votes_today=row.votes_today, jobs=row.jobs)
