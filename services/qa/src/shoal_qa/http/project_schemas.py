"""Bodies and answers about guidelines and gold."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from shoal.contracts.answers import Answer as LabelledAnswer
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.base import Name, Phrase, Text, Timestamp
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import (
    GuidelinePublished,
    LabelChanges,
    LabelSchema,
    Prelabels,
)
from shoal.contracts.samples import Content
from shoal.http.schemas import Answer, CautionAnswer
from shoal.inputs import ShortText, Strict, with_examples
from shoal.samples import SampleFields
from shoal_qa.http.label_schemas import ChangesIn, SchemaIn

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
    "changes": None,
    "published_at": "2026-01-31T12:00:00Z",
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
    changes: ChangesIn | None = Field(
        default=None,
        description="What happens to labels of the latest version; needed if a class is removed, or the kind "
        "changes. By default all labels count.",
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
    changes: LabelChanges | None = Field(
        default=None, description="What this version does with labels of the one before."
    )
    published_at: Timestamp

    @classmethod
    def of(cls, event: GuidelinePublished) -> "GuidelineAnswer":
        """Return the answer about a published guideline."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class GuidelinesAnswer(Answer):
    """Every version of a project's guideline, oldest first."""

    model_config = with_examples({"guidelines": [_PUBLISHED]})

    guidelines: list[GuidelineAnswer]


class AskAgainIn(Strict):
    """A request for new votes on samples whose labels do not count any more."""

    model_config = with_examples({"votes": 2, "max_votes": 3, "dry_run": True})

    votes: int = Field(default=2, ge=1, le=100, description="Votes of each sample at first.")
    max_votes: int = Field(default=3, ge=1, le=100, description="Most votes of each sample.")
    dry_run: bool = Field(default=False, description="Only count what would be requested.")

    @model_validator(mode="after")
    def _votes_fit(self) -> "AskAgainIn":
        if self.votes > self.max_votes:
            raise ValueError("`votes` is above `max_votes`")
        return self


class AskAgainAnswer(Answer):
    """The samples that are asked again."""

    model_config = with_examples({"jobs": 12, "votes": 24, "reasons": {"asked_again": 12}})

    jobs: int = Field(description="New jobs, one for each sample.")
    votes: int = Field(description="Votes that they request at first.")
    reasons: dict[str, int] = Field(description="Jobs by the reason why the newest label does not count.")


def _content_fault(content: Content) -> str | None:
    """Return why nobody can answer a content; its unknown fields, perhaps misspelled ones, are ignored."""
    if not (content.text or content.uri or content.turns or content.candidates):
        return "shows nothing: give it `text`, `uri`, `turns` or `candidates`"
    ids = [candidate.id for candidate in content.candidates or ()]
    return "has several candidates with one id: give each its own" if len(set(ids)) < len(ids) else None


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
        if self.content is not None and (fault := _content_fault(self.content)):
            raise ValueError(f"content {fault}")
        if (self.label is None) == (self.answer is None):
            raise ValueError("needs either `label` or `answer`")
        return self

    def gold_content(self) -> Content:
        """Return the content, of a text too."""
        return self.content or Content(text=self.text)

    def gold_answer(self) -> LabelledAnswer:
        """Return the answer, of a label too."""
        return self.answer or ClassAnswer(label=self.label or "")

    def answer_field(self) -> str:
        """Return the field that holds the answer."""
        return "label" if self.answer is None else "answer"


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
