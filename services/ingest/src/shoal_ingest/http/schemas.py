"""Request bodies and answers of the HTTP API."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shoal.choices import OneOf
from shoal.contracts.base import NO_NUL, Name, Timestamp
from shoal.contracts.projects import ProjectChanged, Role
from shoal.contracts.samples import ContentKind
from shoal.encoders import image_encoders, text_encoders
from shoal.http.schemas import Answer, ProblemDetails
from shoal.inputs import ShortText, Strict, with_examples

Title = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
_NEWSDESK = {
    "project": "newsdesk",
    "title": "News",
    "keys": [{"key_id": "5f0c7f6e-6a4e-4f6e-9a51-2b6f3a4f8d10", "roles": ["annotator"], "annotator": "ann"}],
    "encoders": {"image": "efficientnet-lite0"},
    "changed_at": "2026-01-31T12:00:00Z",
}
_ACCEPTED = {
    "index": 0,
    "status": "accepted",
    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
    "new": True,
}
_REJECTED: dict[str, Any] = {
    "index": 1,
    "status": "rejected",
    "reason": "invalid",
    "field": "source_id",
    "detail": "source_id: Field required",
    "fix": "Add the field",
}


class AcceptedInference(Answer):
    """An accepted inference, which Kafka has."""

    index: int = Field(ge=0, description="Its place in the body, from 0.")
    status: Literal["accepted"]
    sample_id: str = Field(description="The sample's id, derived from project, source and source id.")
    new: bool = Field(
        description="False if the sample was sent before; true for all while PostgreSQL is unavailable."
    )


class RejectedInference(Answer):
    """A rejected inference and the reason. It does not affect other inferences of the body."""

    index: int = Field(ge=0, description="Its place in the body, from 0.")
    status: Literal["rejected"]
    reason: str = Field(description="Kind of fault, such as invalid or unknown_project.")
    field: str = Field(description="The field that is wrong.")
    detail: str = Field(description="What is wrong with it.")
    fix: str = Field(description="What to change.")


InferenceResult = Annotated[AcceptedInference | RejectedInference, Field(discriminator="status")]


class InferencesAnswer(Answer):
    """The number of accepted inferences, and one result per inference, in order."""

    model_config = with_examples(
        {"accepted": 1, "repeated": 0, "rejected": 1, "shortened": 0, "results": [_ACCEPTED, _REJECTED]}
    )

    accepted: int = Field(ge=0, description="Inferences that Kafka has, repeated ones included.")
    repeated: int = Field(ge=0, description="Accepted inferences whose sample was sent before.")
    rejected: int = Field(ge=0)
    shortened: int = Field(
        ge=0, description="Rejections whose detail and fix are empty, because the answer would be too large."
    )
    results: list[InferenceResult]


class InferencesProblem(ProblemDetails):
    """All inferences of the body were rejected. The problem is the first one's; `results` has all of them."""

    model_config = ConfigDict(
        title="InferencesProblem",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "No inference was accepted",
                    "status": 422,
                    "detail": "source_id: Field required",
                    "field": "source_id",
                    "fix": "Add the field",
                    "accepted": 0,
                    "repeated": 0,
                    "rejected": 1,
                    "shortened": 0,
                    "results": [{**_REJECTED, "index": 0}],
                }
            ]
        },
    )

    accepted: int = Field(ge=0, le=0)
    repeated: int = Field(ge=0, le=0)
    rejected: int = Field(ge=1)
    shortened: int = Field(ge=0)
    results: list[RejectedInference]


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


class ProjectIn(Strict):
    """A project to create, or whose settings to change. A setting that is absent stays as it is."""

    model_config = with_examples(
        {"project": "newsdesk", "title": "News"},
        {"project": "reef", "encoders": {"image": "efficientnet-lite0"}},
    )

    project: Name = Field(description="Name of lower-case letters, digits, dots, dashes and underscores.")
    title: Title | None = Field(
        default=None, description="Title for display; without it, an existing title stays."
    )
    encoders: EncodersIn = Field(
        default_factory=EncodersIn, description="Encoders by kind of content; {} for the defaults."
    )

    def changes(self) -> dict[str, Any]:
        """Return the fields of the project that the body names."""
        changes: dict[str, Any] = {} if self.title is None else {"title": self.title}
        if "encoders" in self.model_fields_set:
            changes["encoders"] = self.encoders.model_dump(exclude_unset=True)
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
