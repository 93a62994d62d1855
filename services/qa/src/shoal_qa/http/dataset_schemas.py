"""Bodies and answers about dataset versions."""

from typing import Any

from pydantic import Field

from shoal.contracts.base import Name, Ordinal
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import (
    DatasetFile,
    GuidelineShare,
    LeftOut,
)
from shoal.http.schemas import Answer
from shoal.inputs import Strict, with_examples

_MANIFEST: dict[str, Any] = {
    "project": "newsdesk",
    "dataset": "topics",
    "version": "9f86d081884c7d65",
    "number": 2,
    "parent": "3e23e8160039594a",
    "guideline": {"major": 1, "minor": 0},
    "label_schema": {"kind": "single_choice", "classes": ["grain", "trade"]},
    "seed": 0,
    "shares": {"train": 0.8, "validation": 0.1, "test": 0.1},
    "rows": 96,
    "splits": {"train": 77, "validation": 9, "test": 10},
    "classes": {"grain": 50, "trade": 46},
    "campaigns": {"none": 96},
    "files": [{"path": "data.jsonl", "sha256": "9f86d081" * 8, "bytes": 40960, "rows": 96}],
    "majors": [{"major": 1, "rows": 96, "unasked": []}],
    "left_out": [{"major": 1, "reason": "replaced", "label": None, "labels": 2}],
    "near_duplicates": {
        "samples": 1,
        "examples": [
            {"samples": ["s-7", "s-90"], "splits": ["test", "train"], "similarity": 0.95},
        ],
    },
    "split_order": ["train", "validation", "test"],
    "requested_majors": None,
    "has_parts": True,
    "has_content": True,
    "labels_until": 214,
    "published_at": "2026-01-31T12:00:00+00:00",
    "uri": "datasets/newsdesk/topics/9f86d081884c7d65",
}


class DatasetIn(Strict):
    """A dataset version to freeze."""

    model_config = with_examples({"dataset": "topics", "seed": 0})

    dataset: Name
    splits: dict[Name, float] = Field(
        default={"train": 0.8, "validation": 0.1, "test": 0.1},
        description="Share of each split; they add up to 1. Samples of one group stay in one split.",
    )
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="Seed of the split.")
    majors: list[Ordinal] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="Majors of the guideline whose labels are taken; null takes the labels of all.",
    )


class DuplicateAnswer(Answer):
    """Two samples of different splits whose texts have mostly the same words, or whose images look alike."""

    samples: list[str]
    splits: list[str]
    similarity: float = Field(
        description="Of texts, the estimated Jaccard similarity of three consecutive words each; of images, the "
        "share of equal bits of their perceptual hashes."
    )


class DuplicatesAnswer(Answer):
    """Samples that resemble one of another split."""

    samples: int = Field(description="Number of samples that resemble one of another split.")
    examples: list[DuplicateAnswer]


class ManifestAnswer(Answer):
    """A dataset version: its content and its files."""

    model_config = with_examples(_MANIFEST)

    project: Name
    dataset: Name
    version: str = Field(description="Name made from the SHA-256 of the content.")
    number: int
    parent: str | None = Field(description="The previous version.")
    guideline: GuidelineRef
    label_schema: dict[str, Any] | None = Field(
        default=None,
        description="Kind, limits and names of classes of that guideline; null in versions of earlier releases.",
    )
    seed: int
    shares: dict[str, float] = Field(description="Requested share of each split.")
    rows: int
    splits: dict[str, int] = Field(description="Rows of each split.")
    classes: dict[str, int]
    campaigns: dict[str, int] = Field(description="Rows of each campaign; `none` for samples without one.")
    files: list[DatasetFile]
    majors: list[GuidelineShare] = Field(
        default=[], description="Rows by the guideline's major; empty in versions of earlier releases."
    )
    left_out: list[LeftOut] = Field(
        default=[], description="Accepted labels that are not in the version, by major, reason and class."
    )
    near_duplicates: DuplicatesAnswer | None = Field(
        default=None,
        description="Near-duplicates across splits, by which a test measures what was trained on; null in versions "
        "of earlier releases.",
    )
    split_order: list[str] | None = Field(
        default=None, description="Names of splits in the order of the request, which their hash depends on."
    )
    requested_majors: list[int] | None = Field(default=None, description="`majors` of the request.")
    has_parts: bool = Field(
        default=False,
        description="Whether rows have the columns `objects` and `interval`; false in versions of earlier releases.",
    )
    has_content: bool = Field(
        default=False,
        description="Whether rows of single classes have the column `content`; false in versions of earlier "
        "releases.",
    )
    labels_until: int | None = Field(
        default=None,
        description="Labels in the project's log at that time; null in versions of earlier releases.",
    )
    published_at: str
    uri: str


class DatasetsAnswer(Answer):
    """All dataset versions of a project, oldest first."""

    model_config = with_examples({"datasets": [_MANIFEST]})

    datasets: list[ManifestAnswer]
