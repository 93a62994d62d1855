"""Guidelines, quality metrics and dataset versions."""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from shoal.contracts.base import (
    Address,
    Amount,
    Count,
    Event,
    Id,
    Label,
    Name,
    Ordinal,
    Phrase,
    Price,
    Text,
    Timestamp,
    Value,
)
from shoal.contracts.label_schemas import LabelClass, LabelSchema
from shoal.contracts.labels import GuidelineRef

__all__ = [
    "AnnotatorQuality",
    "DatasetFile",
    "DatasetPublished",
    "GuidelinePublished",
    "GuidelineShare",
    "LabelChanges",
    "LabelClass",
    "LabelSchema",
    "LeftOut",
    "PrecisionCertificate",
    "Prelabels",
    "QualityMeasured",
    "fill_prelabels",
]


Prelabels = Literal["shown", "hidden", "on_demand"]
"""Whether annotators see the model's answer before they give theirs."""


def fill_prelabels(document: dict[str, Any]) -> dict[str, Any]:
    """Return a guideline's document with both of its fields about pre-labels, from the one that it has."""
    if document.get("prelabels") is None:
        shown = document.get("prelabels_allowed", False)
        return {**document, "prelabels": "shown" if shown is True else "hidden"}
    return {**document, "prelabels_allowed": document["prelabels"] == "shown"}


class LabelChanges(Value):
    """What a version of a guideline does with labels of the version before, by their class there."""

    unchanged: tuple[Label, ...] = ()  # classes whose labels count as they are
    renamed: dict[Label, Label] = Field(default_factory=dict)  # former class -> its new name
    merged: dict[Label, tuple[Label, ...]] = Field(default_factory=dict)  # class -> former classes
    asked_again: tuple[Label, ...] = ()  # classes whose labels do not count
    all_asked_again: bool = False  # no earlier label counts


class GuidelinePublished(Event):
    """A version of a project's guideline, the written rules of its task. Immutable and numbered."""

    TYPE: ClassVar[str] = "shoal.guideline.published.v1"
    KEY: ClassVar[str] = "project"

    guideline: GuidelineRef
    title: Phrase = ""
    text: Text = Field(default="", max_length=200_000)  # Markdown
    label_schema: LabelSchema
    prelabels_allowed: bool = False  # whether `prelabels` is "shown"; for readers of earlier releases
    published_at: Timestamp
    prelabels: Prelabels = "hidden"
    changes: LabelChanges | None = None  # None in a first version, and in events of earlier releases

    @model_validator(mode="before")
    @classmethod
    def _with_prelabels(cls, value: Any) -> Any:
        return fill_prelabels(value) if isinstance(value, dict) else value


class AnnotatorQuality(Value):
    """The measured quality of one annotator."""

    provider: Name
    annotator: Id
    votes: Count
    skill: float = Field(ge=0, le=1)  # probability of a right answer
    skill_low: float = Field(ge=0, le=1)  # 95 % interval
    skill_high: float = Field(ge=0, le=1)
    gold_answered: Count = 0
    gold_right: Count = 0
    state: Literal["new", "trusted", "probation", "blocked"]
    warnings: tuple[Name, ...] = ()  # spam, straight-lining, copying, haste, change; the list may grow


class PrecisionCertificate(Value):
    """The guarantee from gold: with `confidence`, at least a share `target` of accepted labels is right."""

    target: float = Field(gt=0, lt=1)
    confidence: float = Field(gt=0, lt=1)
    threshold: float | None = Field(default=None, ge=0, le=1)  # least probability of accepted labels
    bound: float | None = Field(default=None, ge=0, le=1)  # lower confidence bound of their precision
    gold: Count  # gold items with votes
    gold_accepted: Count  # gold items accepted at the threshold
    coverage: float = Field(ge=0, le=1)  # share of jobs with votes that reach the threshold
    more_gold: Count | None = None  # further gold items that would probably suffice; None if no number would


class QualityMeasured(Event):
    """A project's quality metrics at one time."""

    TYPE: ClassVar[str] = "shoal.quality.measured.v1"
    KEY: ClassVar[str] = "project"

    votes: Count
    jobs_open: Count
    labels_accepted: Count
    reviews_open: Count
    agreement: float | None = None  # Krippendorff's alpha, with the distance of the label type
    gold_accuracy: float | None = Field(default=None, ge=0, le=1)
    cost_per_accepted_label: Price | None = None
    annotators: tuple[AnnotatorQuality, ...] = ()
    certificate: PrecisionCertificate | None = None  # where the rule has a target_precision
    measured_at: Timestamp


class DatasetFile(Value):
    """One file of a dataset version."""

    path: Address
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: Amount
    rows: Amount | None = None


class GuidelineShare(Value):
    """The rows of a dataset version whose labels were given under one major version of the guideline."""

    major: Ordinal
    rows: Amount
    unasked: tuple[Label, ...] = ()  # classes of the current guideline that this major did not have


class LeftOut(Value):
    """Accepted labels that are not in a dataset version, and why."""

    major: Ordinal  # of the guideline that they were given under
    reason: Phrase  # asked_again, class_removed, kind_changed, not_fitting, not_requested, replaced; may grow
    label: Label | None = None  # the class, if it is the reason
    labels: Amount


class DatasetPublished(Event):
    """An immutable, content-addressed version of a dataset."""

    TYPE: ClassVar[str] = "shoal.dataset.published.v1"
    KEY: ClassVar[str] = "project/dataset"

    dataset: Name
    version: Id  # from the SHA-256 of its content
    number: Ordinal
    uri: Address  # folder of the files
    files: tuple[DatasetFile, ...]
    rows: Amount
    splits: dict[Phrase, Amount]
    classes: dict[Label, Amount]
    guideline: GuidelineRef
    parent: Id | None = None  # the version before
    published_at: Timestamp
    majors: tuple[GuidelineShare, ...] = ()  # empty in events of earlier releases
    left_out: tuple[LeftOut, ...] = ()
