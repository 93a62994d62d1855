"""The base of every event and value of the contracts."""

from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
)

NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL in text."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NAME_PATTERN)]
"""A name that users choose, such as a project, a campaign, a provider or a dataset."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
FullId = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=NO_NUL)]
"""An id after its provider's name, such as the annotator `acme/ann`: unique within the project."""

Phrase = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
"""A short text that may be empty, such as a version or a group."""

Sentence = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Address = Annotated[str, StringConstraints(max_length=4096, pattern=NO_NUL)]
"""A URI or a path."""

Text = Annotated[str, StringConstraints(max_length=1_000_000, pattern=NO_NUL)]
Tags = Annotated[
    dict[Phrase, Annotated[str, StringConstraints(max_length=4096, pattern=NO_NUL)]], Field(max_length=100)
]

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""PostgreSQL's integer, from 0."""

Ordinal = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""PostgreSQL's integer, from 1: a revision, a version, a round."""

Amount = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""Bytes or rows; exact in every reader of JSON."""

Price = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
"""Money in the project's currency."""

Duration = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
"""Seconds or milliseconds, as the field's name says."""

Timestamp = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]
"""A time with its zone, in the years 1970 to 2199."""

DEEPEST = 16
"""Levels of lists and objects in free JSON."""


def check_json(value: Any) -> Any:
    """Return free JSON. Raises ValueError if it is nested too deeply, or holds what a store cannot."""
    level = [value]
    for _ in range(DEEPEST):
        level = [child for part in level for child in _children_of(part)]
        for child in level:
            _check_scalar(child)
    if any(_children_of(part) for part in level):
        raise ValueError(f"lists and objects are nested more than {DEEPEST} levels deep")
    return value


def _children_of(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return [*part.keys(), *part.values()]
    return list(part) if isinstance(part, list | tuple) else []


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text holds the character NUL")
        if not value.isascii() and value.encode(errors="replace").decode() != value:
            raise ValueError("a text holds half of a surrogate pair")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("an integer needs more than 64 bits")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError("a number is not finite")


FreeObject = Annotated[dict[str, Any], AfterValidator(check_json)]
"""JSON whose fields another model describes; it can be stored and is not nested deeply."""

__all__ = [
    "NO_NUL",
    "Address",
    "Amount",
    "Count",
    "Duration",
    "Event",
    "FreeObject",
    "FullId",
    "Id",
    "Label",
    "Name",
    "Ordinal",
    "Phrase",
    "Price",
    "Sentence",
    "Tags",
    "Text",
    "Timestamp",
    "Value",
]


def _end_at_fault(schema: Any) -> Any:
    """Return a core schema whose lists end at their first wrong item.

    A megabyte of items that are all wrong costs seconds to describe, and nobody reads more than one fault.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(map(_end_at_fault, schema))
    if not isinstance(schema, dict):
        return schema
    ended = {name: _end_at_fault(part) for name, part in schema.items()}
    return {**ended, "fail_fast": True} if schema.get("type") in ("list", "tuple") else ended


class Value(BaseModel):
    """A part of an event. Immutable; unknown fields are ignored, so that producers may be newer."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return _end_at_fault(handler(source))


_TYPES: dict[str, type["Event"]] = {}


class Event(Value):
    """A fact published on one topic. A new version is a new class with a new TYPE."""

    TYPE: ClassVar[str]
    KEY: ClassVar[str]  # the field that is the Kafka key, or "project/<field>"

    project: Name

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.TYPE in _TYPES and _TYPES[cls.TYPE].__qualname__ != cls.__qualname__:
            raise TypeError(f"two events share the type {cls.TYPE}")
        _TYPES[cls.TYPE] = cls

    def key(self) -> str:
        """Return the Kafka key; events with the same key keep their order, and compaction keeps the last one.

        A field that users choose freely has the project before it, so that no project replaces another's
        events. No project's name contains a slash.
        """
        return "/".join(str(getattr(self, name)) for name in self.KEY.split("/"))
