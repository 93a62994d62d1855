"""Request bodies and answers about projects and keys."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from shoal.choices import OneOf
from shoal.contracts.answers import MOST_PIXELS
from shoal.contracts.base import NO_NUL, Name, Timestamp
from shoal.contracts.projects import ProjectChanged, Role
from shoal.contracts.samples import MOST_CROPS, ContentKind, Cropping
from shoal.encoders import image_encoders, text_encoders
from shoal.http.schemas import Answer
from shoal.inputs import ShortText, Strict, with_examples

Title = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
_NEWSDESK = {
    "project": "newsdesk",
    "title": "News",
    "keys": [{"key_id": "5f0c7f6e-6a4e-4f6e-9a51-2b6f3a4f8d10", "roles": ["annotator"], "annotator": "ann"}],
    "encoders": {"image": "efficientnet-lite0"},
    "changed_at": "2026-01-31T12:00:00Z",
}
TextEncoder = Annotated[str, OneOf(text_encoders)]
ImageEncoder = Annotated[str, OneOf(image_encoders)]


class EncodersIn(Strict):
    """The encoder of each kind of content. A kind that is absent has the default.

    null: samples without a vector of their own are refused.
    """

    text: TextEncoder | None = Field(default=None, description="Encoder of texts.")
    image: ImageEncoder | None = Field(default=None, description="Encoder of images.")
    conversation: TextEncoder | None = Field(
        default=None, description="Encoder of conversations; by default that of texts."
    )
    candidates: TextEncoder | None = Field(
        default=None, description="Encoder of prompts with candidates; by default that of texts."
    )


class CroppingIn(Strict):
    """How predicted boxes become crops: samples with vectors of their own (docs/media.md)."""

    most: int = Field(
        default=20,
        ge=1,
        le=MOST_CROPS,
        description="Crops of one image; boxes with the highest scores come first.",
    )
    smallest: int = Field(
        default=32,
        ge=1,
        le=MOST_PIXELS,
        description="Pixels of a box's shorter side; smaller boxes have no crop.",
    )
    padding: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="What a crop shows beside its box on each side, as a share of the box's width or height.",
    )


class ProjectIn(Strict):
    """A project to create, or whose settings to change. A setting that is absent stays as it is."""

    model_config = with_examples(
        {"project": "newsdesk", "title": "News"},
        {"project": "reef", "encoders": {"image": "efficientnet-lite0"}, "cropping": {"most": 10}},
    )

    project: Name = Field(description="Name of lower-case letters, digits, dots, dashes and underscores.")
    title: Title | None = Field(
        default=None, description="Title for display; without it, an existing title stays."
    )
    encoders: EncodersIn = Field(
        default_factory=EncodersIn, description="Encoders by kind of content; {} for the defaults."
    )

    cropping: CroppingIn | None = Field(
        default=None, description="Make crops of predicted boxes; {} for the defaults, null to make none."
    )

    @model_validator(mode="after")
    def _crops_have_an_encoder(self) -> "ProjectIn":
        without = "image" in self.encoders.model_fields_set and self.encoders.image is None
        if self.cropping is not None and without:
            raise ValueError("cropping needs an encoder of images: leave out encoders.image, or name one")
        return self

    def changes(self) -> dict[str, Any]:
        """Return the fields of the project that the body names."""
        changes: dict[str, Any] = {} if self.title is None else {"title": self.title}
        if "encoders" in self.model_fields_set:
            changes["encoders"] = self.encoders.model_dump(exclude_unset=True)
        if "cropping" in self.model_fields_set:
            changes["cropping"] = None if self.cropping is None else Cropping(**self.cropping.model_dump())
        return changes


ANYBODY = "*"
"""Stands for every name in the request of a key that several people share."""


class KeyIn(Strict):
    """The roles of a new key, and the person that it is for."""

    model_config = with_examples({"roles": ["producer"]}, {"roles": ["annotator"], "annotator": "ann"})

    roles: tuple[Role, ...] = Field(min_length=1, max_length=10, description="The key's roles.")
    annotator: Annotated[ShortText, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None,
        description="The only name that the key's holder can label and review under. Required for the roles "
        "annotator and reviewer without operator or admin; `*` allows every name, for a key that people share.",
    )

    def lacks_name(self) -> bool:
        """Return whether the key would label under any name, although nobody asked for that."""
        roles = set(self.roles)
        labels, manages = roles & {"annotator", "reviewer"}, roles & {"operator", "admin"}
        return self.annotator is None and bool(labels) and not manages

    def only_name(self) -> str | None:
        """Return the only name that the key opens, or None for every name."""
        return None if self.annotator == ANYBODY else self.annotator


class KeyAnswer(Answer):
    """A key of a project, without its secret."""

    key_id: str
    roles: list[Role]
    annotator: str | None = Field(description="The only name that it opens; null for every name.")


class ProjectAnswer(Answer):
    """A project and its keys."""

    model_config = with_examples(_NEWSDESK)

    project: Name
    title: str
    keys: list[KeyAnswer]
    encoders: dict[ContentKind, str | None] = Field(
        description="The encoders that the project chose; other kinds of content have the default."
    )
    cropping: Cropping | None = Field(
        default=None, description="How predicted boxes become crops; null if they do not."
    )
    changed_at: Timestamp

    @classmethod
    def of(cls, project: ProjectChanged) -> "ProjectAnswer":
        """Return the answer about a project."""
        return cls(
            project=project.project,
            title=project.title,
            keys=[
                KeyAnswer(key_id=key.key_id, roles=list(key.roles), annotator=key.annotator)
                for key in project.keys
            ],
            encoders=project.encoders,
            cropping=project.cropping,
            changed_at=project.changed_at,
        )


class ProjectsAnswer(Answer):
    """The projects that the key has access to."""

    model_config = with_examples({"projects": [_NEWSDESK]})

    projects: list[ProjectAnswer]


class ChangesAnswer(Answer):
    """Projects that changed, with the SHA-256 of their keys."""

    model_config = with_examples(
        {
            "projects": [
                {
                    "project": "newsdesk",
                    "title": "News",
                    "keys": [
                        {
                            "key_id": "5f0c7f6e-6a4e-4f6e-9a51-2b6f3a4f8d10",
                            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "roles": ["annotator"],
                            "annotator": "ann",
                        }
                    ],
                    "changed_at": "2026-01-31T12:00:00Z",
                }
            ]
        }
    )

    projects: list[ProjectChanged]


class NewKeyAnswer(Answer):
    """A new key. `key` is shown only once; Shoal stores only its hash."""

    model_config = with_examples(
        {
            "project": "newsdesk",
            "key_id": "5f0c7f6e-6a4e-4f6e-9a51-2b6f3a4f8d10",
            "key": "shoal_pGQ1mR0v8m1l3m8qf1hV0b2n5d7e9g1i3k5m7o9q1s",
            "roles": ["annotator"],
            "annotator": "ann",
        }
    )

    project: Name
    key_id: str
    key: str
    roles: list[Role]
    annotator: str | None
