"""Projects: the tenant boundary, announced to every service."""

from typing import ClassVar, Literal

from pydantic import Field

from shoal.contracts.base import Event, Id, Phrase, Timestamp, Value
from shoal.contracts.samples import ContentKind, Cropping

Role = Literal["producer", "annotator", "reviewer", "operator", "admin"]


class ApiKey(Value):
    """One key of a project; the event carries only its SHA-256.

    annotator: the only name that the key's holder can label and review under; None for any name.
    """

    key_id: Id
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    roles: tuple[Role, ...]
    annotator: Id | None = None


class ProjectChanged(Event):
    """The complete state of a project after a change."""

    TYPE: ClassVar[str] = "shoal.project.changed.v1"
    KEY: ClassVar[str] = "project"

    title: Phrase = ""
    keys: tuple[ApiKey, ...] = ()
    encoders: dict[ContentKind, Id | None] = Field(default_factory=dict)  # None: samples bring their vectors
    cropping: Cropping | None = None  # None: predicted boxes do not become samples
    changed_at: Timestamp
