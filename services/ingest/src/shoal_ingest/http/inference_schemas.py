"""Answers about inferences: what became of each."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from shoal.http.schemas import Answer, ProblemDetails
from shoal.inputs import with_examples

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
