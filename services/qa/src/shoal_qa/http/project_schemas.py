"""Bodies and answers about guidelines, gold and dataset versions."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from shoal.contracts.answers import Answer as LabelledAnswer
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.base import Name, Phrase, Text, Timestamp
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import DatasetFile, GuidelinePublished, LabelSchema, Prelabels
from shoal.contracts.samples import Content
from shoal.http.schemas import Answer, CautionAnswer
from shoal.inputs import ShortText, Strict, with_examples
from shoal.samples import SampleFields
from shoal_qa.http.label_schemas import SchemaIn

_CLASS = {"name": "grain", "definition": "Wheat, corn and other grains.", "examples": ["Wheat exports fell."]}
_GUIDELINE: dict[str, Any] = {
    "title": "Topics of newswire",
    "text": "# Topics",
    "label_schema": {"kind": "single_choice", "classes": [_CLASS]},
    "prelabels_allowed": False,
    "prelabels": "hidden",
}
_PUBLISHED: dict[str, Any] = {
    "project": "newsdesk",
    "guideline": {"major": 1, "minor": 0},
    **_GUIDELINE,
    "published_at": "2026-01-31T12:00:00Z",
}
_MANIFEST: dict[str, Any] = {
    "project": "newsdesk",
    "dataset": "topics",
    "version": "9f86d081884c7d65",
    "number": 2,
    "parent": "3e23e8160039594a",
    "guideline": {"major": 1, "minor": 0},
    "seed": 0,
    "shares": {"train": 0.8, "validation": 0.1, "test": 0.1},
    "rows": 96,
    "splits": {"train": 77, "validation": 9, "test": 10},
    "classes": {"grain": 50, "trade": 46},
    "campaigns": {"none": 96},
    "files": [{"path": "data.jsonl", "sha256": "9f86d081" * 8, "bytes": 40960, "rows": 96}],
    "published_at": "2026-01-31T12:00:00+00:00",
    "uri": "datasets/newsdesk/topics/9f86d081884c7d65",
}


class GuidelineIn(Strict):
    """A guideline to publish."""

    model_config = with_examples(_GUIDELINE)

    title: Phrase = ""
    text: Annotated[Text, Field(max_length=200_000, description="Markdown.")] = ""
    label_schema: SchemaIn
    prelabels_allowed: bool = Field(
        default=False, description="The same as `prelabels` shown or hidden; `prelabels` comes first."
    )
    prelabels: Prelabels | None = Field(
        default=None, description="Whether annotators see the model's answer before they give theirs."
    )


class GuidelineAnswer(Answer):
    """A numbered guideline."""

    model_config = with_examples(_PUBLISHED)

    project: Name
    guideline: GuidelineRef
    title: str
    text: str = Field(description="Markdown.")
    label_schema: LabelSchema
    prelabels_allowed: bool
    prelabels: Prelabels
    published_at: Timestamp

    @classmethod
    def of(cls, event: GuidelinePublished) -> "GuidelineAnswer":
        """Return the answer about a published guideline."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class GuidelinesAnswer(Answer):
    """Every version of a project's guideline, oldest first."""

    model_config = with_examples({"guidelines": [_PUBLISHED]})

    guidelines: list[GuidelineAnswer]


class GoldItemIn(SampleFields):
    """A text or another content and its right answer; if it is a sample of the stream, also the sample."""

    text: Annotated[Text, Field(min_length=1, max_length=200_000)] | None = None
    content: Content | None = Field(default=None, description="An image, a conversation or candidates.")
    label: ShortText | None = Field(default=None, description="A class of the current guideline.")
    answer: LabelledAnswer | None = Field(default=None, description="The right answer, of any kind.")

    @model_validator(mode="after")
    def _has_both(self) -> "GoldItemIn":
        if (self.text is None) == (self.content is None):
            raise ValueError("needs either `text` or `content`")
        if (self.label is None) == (self.answer is None):
            raise ValueError("needs either `label` or `answer`")
        return self

    def gold_content(self) -> Content:
        """Return the content, of a text too."""
        return self.content or Content(text=self.text)

    def gold_answer(self) -> LabelledAnswer:
        """Return the answer, of a label too."""
        return self.answer or ClassAnswer(label=self.label or "")


class GoldIn(Strict):
    """Gold items, each answered by `votes` annotators."""

    model_config = with_examples(
        {
            "items": [
                {"text": "Wheat exports fell.", "label": "grain", "source": "wire", "source_id": "8841"},
                {"text": "Tariffs on steel.", "label": "trade"},
            ],
            "votes": 5,
        }
    )

    items: list[GoldItemIn] = Field(min_length=1, max_length=10_000)
    votes: int = Field(default=5, ge=1, le=100, description="Annotators that answer each item.")


class GoldAddedAnswer(Answer):
    """The number of gold items in the request, and of those that are new or changed."""

    model_config = with_examples({"items": 20, "new": 18, "warnings": []})

    items: int
    new: int
    warnings: list[CautionAnswer]


class GoldItemAnswer(Answer):
    """A gold item with the number of its answers."""

    sample_id: str
    label: str = Field(description="A class, or the canonical text of another answer.")
    answer: LabelledAnswer | None = Field(default=None, description="Null in items of earlier releases.")
    job_id: str
    added_at: Timestamp
    answers: int = Field(description="Number of annotators that answered it.")


class GoldAnswer(Answer):
    """A project's gold items."""

    model_config = with_examples(
        {
            "items": [
                {
                    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
                    "label": "grain",
                    "job_id": "j-9",
                    "added_at": "2026-01-31T12:00:00Z",
                    "answers": 4,
                }
            ]
        }
    )

    items: list[GoldItemAnswer]


class DatasetIn(Strict):
    """A dataset version to freeze."""

    model_config = with_examples({"dataset": "topics", "seed": 0})

    dataset: Name
    splits: dict[Name, float] = Field(
        default={"train": 0.8, "validation": 0.1, "test": 0.1},
        description="Share of each split; they add up to 1. Samples of one group stay in one split.",
    )
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="Seed of the split.")


class ManifestAnswer(Answer):
    """A dataset version: its content and its files."""

    model_config = with_examples(_MANIFEST)

    project: Name
    dataset: Name
    version: str = Field(description="Name made from the SHA-256 of the content.")
    number: int
    parent: str | None = Field(description="The previous version.")
    guideline: GuidelineRef
    seed: int
    shares: dict[str, float] = Field(description="Requested share of each split.")
    rows: int
    splits: dict[str, int] = Field(description="Rows of each split.")
    classes: dict[str, int]
    campaigns: dict[str, int] = Field(description="Rows of each campaign; `none` for samples without one.")
    files: list[DatasetFile]
    published_at: str
    uri: str


class DatasetsAnswer(Answer):
    """All dataset versions of a project, oldest first."""

    model_config = with_examples({"datasets": [_MANIFEST]})

    datasets: list[ManifestAnswer]
