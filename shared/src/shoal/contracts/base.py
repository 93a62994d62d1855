"""The base of every event and value of the contracts."""

from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NAME_PATTERN)]
"""A name that users choose, such as a project, a campaign, a provider or a dataset."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=1_000_000)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Timestamp = AwareDatetime

__all__ = ["Event", "Id", "Label", "Name", "Text", "Timestamp", "Value"]


class Value(BaseModel):
    """A part of an event. Immutable; unknown fields are ignored, so that producers may be newer."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64", val_json_bytes="base64")


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
