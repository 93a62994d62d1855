"""A campaign as users write it."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from shoal.choices import OneOf
from shoal.contracts.base import Name, Phrase, Tags, Timestamp
from shoal.inputs import ShortText, Strict, with_examples
from shoal.samples import DEFAULT_SOURCE, REFERENCE_SCHEMAS, SampleFields, reference_fields
from shoal.vectors import vector_bytes
from shoal_sampler.domain.campaigns.kinds import campaign_kinds, needs_examples, uncertainty_measures

Share = Annotated[float, Field(gt=0, le=1)]
Kind = Annotated[str, OneOf(campaign_kinds)]
Measure = Annotated[str, OneOf(uncertainty_measures)]
_OF_EXAMPLES = frozenset({"threshold", "examples", "counter_examples", "generation"})
_OF_KIND = {"uncertainty": frozenset({"measure"}), "coverage_then_margin": frozenset({"coverage_votes"})}


class Part(Strict):
    """Base of the parts of a campaign; bytes are base64 in JSON."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class ExampleBox(Part):
    """A box as it was predicted, in shares of the image's sides, to a thousandth."""

    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)


class Example(Part, SampleFields):
    """A sample by its id or its source and source id, or a vector: numbers, or base64 of float32 bytes.

    box: a box of the sample's prediction, whose crop is the example.
    """

    vector: bytes | None = None
    box: ExampleBox | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return reference_fields(value)
        if isinstance(value, dict) and isinstance(value.get("vector"), list | str):
            return {**value, "vector": _vector_bytes(value["vector"])}  # pydantic reports its errors
        return value

    @model_validator(mode="after")
    def _something(self) -> "Example":
        if not self.names_sample and self.vector is None:
            raise ValueError("give a sample_id, source and source_id, or a vector")
        if self.box is not None and (not self.names_sample or self.vector is not None):
            raise ValueError(
                "box is one of a sample's image: give source and source_id, or sample_id, beside it"
            )
        return self


def _vector_bytes(value: list[float] | str) -> bytes:
    if isinstance(value, str):  # pydantic writes the alphabet for URLs
        value = value.replace("-", "+").replace("_", "/")
    return vector_bytes(value)


EXAMPLE_SCHEMA = {
    "anyOf": [
        *REFERENCE_SCHEMAS,
        {
            "type": "object",
            "properties": {
                "vector": {
                    "anyOf": [
                        {"type": "array", "items": {"type": "number"}, "minItems": 1},
                        {"type": "string", "contentEncoding": "base64"},
                    ],
                    "description": "Numbers, or base64 of little-endian float32 bytes.",
                }
            },
            "required": ["vector"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "source": {"type": "string", "minLength": 1, "maxLength": 128, "default": DEFAULT_SOURCE},
                "source_id": {"type": "string", "minLength": 1, "maxLength": 200},
                "box": {
                    "type": "object",
                    "properties": {
                        name: {"type": "number", "minimum": 0, "maximum": 1}
                        for name in ("left", "top", "right", "bottom")
                    },
                    "required": ["left", "top", "right", "bottom"],
                    "additionalProperties": False,
                    "description": "A box of the sample's prediction, whose crop is the example.",
                },
            },
            "required": ["source_id", "box"],
            "additionalProperties": False,
        },
    ]
}
AnExample = Annotated[Example, WithJsonSchema(EXAMPLE_SCHEMA)]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Strategy(Part):
    """Which samples a campaign takes, and how it chooses them.

    A field that the kind does not use is an error.
    """

    kind: Kind = Field(description="The strategy; docs/selection.md says what each is for.")
    share: Share | None = Field(
        default=None,
        description="Share of the samples to take: the chance of each for `random`, the best of every window "
        "otherwise. Default: 0.1; strategies with examples take every sample that reaches the threshold.",
    )
    measure: Measure = Field(default="margin", description="Measure of `uncertainty`.")
    coverage_votes: int = Field(
        default=0, ge=0, le=10**9, description="Votes that `coverage_then_margin` spends on coverage first."
    )
    threshold: float | None = Field(
        default=None, ge=0, le=1, description="Cosine with an example that a sample must reach."
    )
    examples: tuple[AnExample, ...] = Field(
        default=(), max_length=1000, description="Samples to find more of."
    )
    counter_examples: tuple[AnExample, ...] = Field(
        default=(), max_length=1000, description="Samples to avoid: samples closer to these are not taken."
    )
    generation: ShortText | None = Field(
        default=None, description="Embedding generation of vectors in examples: name-version-dimension."
    )
    exploration: float = Field(
        default=0.0, ge=0, le=1, description="Chance of taking a sample that the strategy leaves out."
    )
    duplicate_similarity: float = Field(
        default=0.97,
        ge=0,
        le=2,
        description="Cosine with a chosen sample from which a sample is a duplicate; above 1 turns this off.",
    )
    window_samples: int = Field(
        default=256, ge=1, le=10_000, description="Number of samples that compete in one window."
    )
    window_seconds: float = Field(
        default=5.0, gt=0, le=3600, description="Longest wait for a window, in seconds."
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Strategy":
        allowed = _OF_EXAMPLES if needs_examples(self.kind) else _OF_KIND.get(self.kind, frozenset())
        special = _OF_EXAMPLES.union(*_OF_KIND.values())
        wrong = (self.model_fields_set & special) - allowed
        misplaced = sorted(
            name for name in wrong if getattr(self, name) != type(self).model_fields[name].default
        )
        if misplaced:
            raise ValueError(f"{self.kind} does not use {', '.join(misplaced)}: leave it out")
        if needs_examples(self.kind) and not self.examples:
            raise ValueError(f"{self.kind} needs at least one entry in examples")
        return self


Labels = Annotated[tuple[ShortText, ...], BeforeValidator(_as_tuple)]


class Conditions(Part):
    """Which samples a campaign looks at; an empty condition lets every sample pass."""

    predicted_labels: Labels = Field(default=(), description="Labels that the model predicted.")
    models: Labels = Field(default=(), description="Names of models.")
    model_versions: Annotated[tuple[Phrase, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="Versions of models."
    )
    tags: Tags = Field(default_factory=dict, description="Tags that the sample must have.")


class Budget(Part):
    """What a campaign may spend."""

    votes: int = Field(ge=0, le=10**9, description="Votes that the whole campaign may reserve.")
    samples_per_day: int | None = Field(default=None, ge=1, le=10**9, description="Most samples per day.")


class Labeling(Part):
    """How a campaign's samples are labelled."""

    votes: int = Field(default=2, ge=1, le=100, description="Votes requested at the start of a job.")
    max_votes: int = Field(default=3, ge=1, le=100, description="Votes that a job reserves.")
    priority: int = Field(
        default=0, ge=-100, le=100, description="Campaigns of higher priority choose first."
    )
    provider: Name | None = Field(
        default=None, description="The provider; the project's default unless given."
    )

    @model_validator(mode="after")
    def _most_is_not_less(self) -> "Labeling":
        if self.max_votes < self.votes:
            raise ValueError(f"max_votes {self.max_votes} is less than votes {self.votes}: raise it")
        return self


class Definition(Part):
    """A whole campaign."""

    model_config = with_examples(
        {
            "name": "coffee",
            "budget": {"votes": 300},
            "labeling": {"votes": 2, "max_votes": 3},
            "strategy": {
                "kind": "more_like_these",
                "examples": [
                    {"source": "wire", "source_id": "8841"},
                    "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
                ],
                "threshold": 0.45,
            },
        }
    )

    name: Name = Field(description="Name, unique in the project; it cannot change.")
    strategy: Strategy
    filter: Conditions = Conditions()
    budget: Budget
    labeling: Labeling = Labeling()
    until: Timestamp | None = Field(default=None, description="Time at which the campaign ends.")
    state: Literal["draft", "active", "paused"] = Field(default="active", description="Initial state.")
