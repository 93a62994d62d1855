"""Projects: the tenant boundary, announced to every service."""

from typing import ClassVar, Literal

from pydantic import Field

from shoal.contracts.base import Event, Id, Phrase, Timestamp, Value

Role = Literal["producer", "annotator", "reviewer", "operator", "admin"]
ContentKind = Literal["text", "image", "conversation", "candidates"]


class ApiKey(Value):
    """One key of a project; the event carries only its SHA-256.

    annotator: the only name that the key's holder can label and review under; None for any name.
    """

    key_id: Id
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    roles: tuple[Role, ...]
    annotator: Id | None = None


class CropRule(Value):
    """Which predicted boxes of an image become samples of their own, with vectors of their own.

    most: of one image, those with the highest scores. smallest: length of the shorter side, in pixels.
    """

    most: int = Field(default=20, ge=1, le=100)
    smallest: int = Field(default=32, ge=1, le=10_000)


class ProjectChanged(Event):
    """The complete state of a project after a change."""

    TYPE: ClassVar[str] = "shoal.project.changed.v1"
    KEY: ClassVar[str] = "project"

    title: Phrase = ""
    keys: tuple[ApiKey, ...] = ()
    encoders: dict[ContentKind, Id | None] = Field(default_factory=dict)  # None: samples bring their vectors
    crops: CropRule | None = None  # None: boxes have no vectors
    changed_at: Timestamp
