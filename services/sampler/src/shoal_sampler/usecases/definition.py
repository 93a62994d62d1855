"""A campaign as people write it and as events carry it, checked, and as the domain knows it."""

from typing import Annotated, Any, Literal

import numpy as np
import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shoal.choices import OneOf
from shoal.contracts.base import Id, Label, Name
from shoal.contracts.selections import CampaignChanged
from shoal.vectors import unit_vector, vector_bytes
from shoal_sampler.domain.campaigns.campaign import Campaign, Filter, Selection
from shoal_sampler.domain.campaigns.kinds import campaign_kinds, needs_examples, uncertainty_measures
from shoal_sampler.domain.vectors.rows import Vectors, empty

Share = Annotated[float, Field(gt=0, le=1)]
Kind = Annotated[str, OneOf(campaign_kinds)]
Measure = Annotated[str, OneOf(uncertainty_measures)]
_OF_EXAMPLES = frozenset({"threshold", "examples", "counter_examples", "generation"})
_OF_KIND = {"uncertainty": frozenset({"measure"}), "coverage_then_margin": frozenset({"coverage_votes"})}


class Part(BaseModel):
    """Immutable and strict: a misspelt field is an error that names it, not a default."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", allow_inf_nan=False
    )


class Example(Part):
    """A sample by its id, or a vector as numbers or as little-endian float32 bytes."""

    sample_id: Id | None = None
    vector: bytes | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"sample_id": value}
        if isinstance(value, dict) and isinstance(value.get("vector"), list):
            return {**value, "vector": vector_bytes(value["vector"])}  # pydantic reports what it raises
        return value

    @model_validator(mode="after")
    def _something(self) -> "Example":
        if self.sample_id is None and self.vector is None:
            raise ValueError("give a sample_id or a vector")
        return self


def _tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Strategy(Part):
    """Which samples, and how they are chosen; what a kind does not use must not be given."""

    kind: Kind
    share: Share | None = None
    measure: Measure = "margin"
    coverage_votes: int = Field(default=0, ge=0)
    threshold: float | None = Field(default=None, ge=0, le=1)
    examples: tuple[Example, ...] = Field(default=(), max_length=1000)
    counter_examples: tuple[Example, ...] = Field(default=(), max_length=1000)
    generation: Id | None = None
    exploration: float = Field(default=0.0, ge=0, le=1)
    duplicate_similarity: float = Field(default=0.97, ge=0, le=2)
    window_samples: int = Field(default=256, ge=1, le=10_000)
    window_seconds: float = Field(default=5.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Strategy":
        own = _OF_EXAMPLES if needs_examples(self.kind) else _OF_KIND.get(self.kind, frozenset())
        special = _OF_EXAMPLES.union(*_OF_KIND.values())
        wrong = (self.model_fields_set & special) - own
        given = sorted(name for name in wrong if getattr(self, name) != type(self).model_fields[name].default)
        if given:
            raise ValueError(f"{self.kind} does not use {', '.join(given)}: leave it out")
        if needs_examples(self.kind) and not self.examples:
            raise ValueError(f"{self.kind} needs at least one entry in examples")
        return self


Labels = Annotated[tuple[Label, ...], BeforeValidator(_tuple)]


class Conditions(Part):
    """Which samples a campaign looks at; an empty condition lets everything pass."""

    predicted_labels: Labels = ()
    models: Labels = ()
    model_versions: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    tags: dict[str, str] = Field(default_factory=dict)


class Budget(Part):
    """What a campaign may spend."""

    votes: int = Field(ge=0, le=10**9)
    samples_per_day: int | None = Field(default=None, ge=1, le=10**9)


class Labeling(Part):
    """How a campaign's samples are labelled."""

    votes: int = Field(default=2, ge=1, le=100)
    max_votes: int = Field(default=3, ge=1, le=100)
    priority: int = Field(default=0, ge=-100, le=100)
    provider: Name | None = None

    @model_validator(mode="after")
    def _most_is_not_less(self) -> "Labeling":
        if self.max_votes < self.votes:
            raise ValueError(f"max_votes {self.max_votes} is less than votes {self.votes}: raise it")
        return self


class Definition(Part):
    """A whole campaign."""

    name: Name
    strategy: Strategy
    filter: Conditions = Conditions()
    budget: Budget
    labeling: Labeling = Labeling()
    until: AwareDatetime | None = None
    state: Literal["draft", "active", "paused"] = "active"


def definition_of(event: CampaignChanged) -> Definition:
    """Return the definition that `event` carries."""
    return Definition(
        name=event.name,
        strategy=Strategy.model_validate_json(orjson.dumps(event.strategy)),
        filter=Conditions.model_validate(event.filter),
        budget=Budget.model_validate(event.budget),
        labeling=Labeling.model_validate(event.labeling),
        until=event.until,
    )


def campaign_of(event: CampaignChanged) -> Campaign:
    """Return the domain's campaign of `event`, whose examples carry their vectors."""
    definition = definition_of(event)
    strategy, conditions = definition.strategy, definition.filter
    return Campaign(
        campaign_id=event.campaign_id,
        project=event.project,
        name=event.name,
        selection=selection_of(strategy),
        votes_budget=definition.budget.votes,
        votes=definition.labeling.votes,
        max_votes=definition.labeling.max_votes,
        samples_per_day=definition.budget.samples_per_day,
        provider=definition.labeling.provider,
        priority=definition.labeling.priority,
        filter=Filter(
            frozenset(conditions.predicted_labels),
            frozenset(conditions.models),
            frozenset(conditions.model_versions),
            conditions.tags,
        ),
        until=event.until,
        state=event.state,
        version=event.version,
    )


def selection_of(strategy: Strategy) -> Selection:
    """Return the domain's selection. Raises BadVector for an example that cannot be compared."""
    share = strategy.share
    if share is None and not needs_examples(strategy.kind):
        share = 0.1
    threshold = strategy.threshold
    if threshold is None:  # a share alone takes the most alike, however unlike they are
        threshold = 0.5 if share is None else 0.0
    return Selection(
        kind=strategy.kind,
        share=share,
        measure=strategy.measure,
        coverage_votes=strategy.coverage_votes,
        threshold=threshold,
        exploration=strategy.exploration,
        duplicate_similarity=strategy.duplicate_similarity,
        window_samples=strategy.window_samples,
        window_seconds=strategy.window_seconds,
        generation=strategy.generation if strategy.examples else None,
        examples=_rows(strategy.examples),
        counter_examples=_rows(strategy.counter_examples),
    )


def _rows(examples: tuple[Example, ...]) -> Vectors:
    vectors = [
        unit_vector(each.vector, len(each.vector) // 4) for each in examples if each.vector is not None
    ]
    return np.stack(vectors) if vectors else empty(0)
