"""Answers about guidelines and their classes."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from shoal.contracts.base import Name
from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal_gateway.domain.guidelines import Guideline, Prelabels
from shoal_gateway.domain.label_schema import Class
from shoal_gateway.http.markdown import render_line, render_markdown
from shoal_gateway.usecases.contents import schema_json
from shoal_gateway.usecases.ports.media import MediaAddresses

EXAMPLE_CLASS: dict[str, Any] = {
    "name": "grain",
    "definition": "Wheat, *corn* and other grains.",
    "definition_html": "Wheat, <em>corn</em> and other grains.",
    "examples": ["Wheat exports fell."],
}
EXAMPLE_VERSION: dict[str, Any] = {"major": 1, "minor": 0, "version": "1.0"}


class VersionAnswer(Answer):
    """The version of a guideline."""

    major: int
    minor: int
    version: str = Field(description="Major and minor number, such as 1.0.")

    @classmethod
    def of(cls, guideline: Guideline) -> "VersionAnswer":
        """Return the version of a guideline."""
        version = f"{guideline.major}.{guideline.minor}"
        return cls(major=guideline.major, minor=guideline.minor, version=version)


class ClassAnswer(Answer):
    """One class of a label schema."""

    name: str
    definition: str = Field(description="Markdown of one line.")
    definition_html: str = Field(description="The definition as HTML that is safe to insert into a page.")
    examples: list[str]

    @classmethod
    def of(cls, item: Class) -> "ClassAnswer":
        """Return the answer about a class."""
        return cls(
            name=item.name,
            definition=item.definition,
            definition_html=render_line(item.definition),
            examples=list(item.examples),
        )


SchemaAnswer = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "title": "LabelSchema",
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string"},
                "classes": {"type": "array", "items": {"type": "object"}},
            },
            "description": "The answers that the guideline allows: a label schema (docs/generic-vendor.md). Each class "
            "has `definition_html`, which is safe to insert into a page, and the addresses of its pictures.",
        }
    ),
]


def schema_answer(guideline: Guideline, media: MediaAddresses) -> dict[str, Any]:
    """Return the answer about a label schema."""
    document = schema_json(guideline, media)
    if "classes" in document:
        document["classes"] = [
            {**item, "definition_html": render_line(item["definition"])} for item in document["classes"]
        ]
    return document


class GuidelineAnswer(Answer):
    """A project's guideline."""

    model_config = with_examples(
        {
            "project": "newsdesk",
            "guideline": EXAMPLE_VERSION,
            "title": "Topics of newswire",
            "text": "# Topics",
            "html": "<h3>Topics</h3>\n",
            "label_schema": {"kind": "single_choice", "classes": [EXAMPLE_CLASS]},
            "prelabels_allowed": False,
            "prelabels": "hidden",
        }
    )

    project: Name
    guideline: VersionAnswer
    title: str
    text: str = Field(description="Markdown.")
    html: str = Field(
        description="The text as HTML that is safe to insert into a page: raw HTML is shown as text, images are "
        "links, and links lead to http, https and mailto only."
    )
    label_schema: SchemaAnswer
    prelabels_allowed: bool = Field(description="Whether annotators see the model's prediction.")
    prelabels: Prelabels = Field(
        description="What annotators see of the model's prediction; on_demand: when they ask for it."
    )

    @classmethod
    def of(cls, guideline: Guideline, media: MediaAddresses) -> "GuidelineAnswer":
        """Return the answer about a guideline."""
        return cls(
            project=guideline.project,
            guideline=VersionAnswer.of(guideline),
            title=guideline.title,
            text=guideline.text,
            html=render_markdown(guideline.text),
            label_schema=schema_answer(guideline, media),
            prelabels_allowed=guideline.prelabels == "shown",
            prelabels=guideline.prelabels,
        )
