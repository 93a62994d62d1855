"""References to samples in users' input: by id, or by source and source id, from which the id is derived."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from shoal.contracts.base import Name
from shoal.contracts.ids import sample_id
from shoal.inputs import ShortText, Strict
from shoal.runtime.refusal import Refused

DEFAULT_SOURCE = "default"
"""The source of inferences that name none."""

REFERENCE_SCHEMAS: list[dict[str, Any]] = [
    {
        "type": "string",
        "minLength": 1,
        "maxLength": 400,
        "description": "A sample's id, or its source and source id as `wire/8841`.",
    },
    {
        "type": "object",
        "properties": {"sample_id": {"type": "string", "minLength": 1, "maxLength": 200}},
        "required": ["sample_id"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "source": {"type": "string", "minLength": 1, "maxLength": 128, "default": DEFAULT_SOURCE},
            "source_id": {"type": "string", "minLength": 1, "maxLength": 200},
        },
        "required": ["source_id"],
        "additionalProperties": False,
    },
]
"""JSON schemas of the forms of a reference, in an `anyOf`."""


class SampleFields(Strict):
    """Fields that may name a sample: its id, or source and source id as they were sent to ingest."""

    sample_id: ShortText | None = Field(default=None, description="The sample's id.")
    source: Name | None = Field(
        default=None, description="The sample's source; `default` if only `source_id` is given."
    )
    source_id: ShortText | None = Field(default=None, description="The sample's id in its source.")

    @model_validator(mode="after")
    def _source_has_its_id(self) -> "SampleFields":
        if self.source is not None and self.source_id is None:
            raise ValueError("source alone names no sample: add source_id")
        return self

    @property
    def names_sample(self) -> bool:
        """Return whether the fields name a sample."""
        return self.sample_id is not None or self.source_id is not None


class SampleRef(SampleFields):
    """A sample: {"sample_id"}, {"source", "source_id"}, or as text an id or `source/source_id`."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return reference_fields(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _names_sample(self) -> "SampleRef":
        if not self.names_sample:
            raise ValueError("give sample_id, or source and source_id")
        return self


def reference_fields(text: str) -> Mapping[str, str]:
    """Return the fields of a reference in text: `source/source_id`, or an id, which contains no slash."""
    source, slash, source_id = text.partition("/")
    return {"source": source, "source_id": source_id} if slash else {"sample_id": text}


def referred_sample(project: str, fields: SampleFields, field: str = "") -> str | None:
    """Return the id of the sample that the fields name; None if they name none.

    field: the place of the fields in the request. Raises Refused for a sample_id that is no sample's id, and
    for one that belongs to another source or source id.
    """
    prefix = f"{field}." if field else ""
    named = None if fields.sample_id is None else _checked_id(fields.sample_id, f"{prefix}sample_id")
    if fields.source_id is None:
        return named
    source = fields.source or DEFAULT_SOURCE
    derived = sample_id(project, source, fields.source_id)
    if named not in (None, derived):
        raise Refused(
            "invalid",
            f"{prefix}sample_id: {named} is not the sample of source {source!r} and source_id "
            f"{fields.source_id!r}, which is {derived}",
            field=f"{prefix}sample_id",
            fix="Give either sample_id, or source and source_id",
        )
    return derived


def reference_text(fields: SampleFields) -> str:
    """Return the reference as its user wrote it, for messages."""
    if fields.source_id is None:
        return repr(fields.sample_id)
    return f"source {fields.source or DEFAULT_SOURCE!r}, source_id {fields.source_id!r}"


def reference_field(fields: SampleFields, field: str) -> str:
    """Return the place of the part of a reference that is wrong."""
    return f"{field}.{'sample_id' if fields.source_id is None else 'source_id'}".removeprefix(".")


def _checked_id(text: str, field: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Refused(
            "invalid",
            f"{field}: {text!r} is no sample's id, which is a UUID",
            field=field,
            fix="Use an id that `shoal ingest send --ids` prints, or source and source_id, as "
            f'{{"source": ..., "source_id": "{text}"}}, in text as "<source>/{text}"',
        ) from None
