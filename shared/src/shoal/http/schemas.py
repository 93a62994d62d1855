"""The base of answers, and the problem that answers every error."""

from pydantic import BaseModel, ConfigDict, Field

from shoal.runtime.refusal import Caution


class Answer(BaseModel):
    """An answer, with exactly the fields of its model."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemDetails(BaseModel):
    """An error (RFC 9457): the fault, the field that is wrong, and the fix."""

    model_config = ConfigDict(
        title="Problem",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Invalid request",
                    "status": 422,
                    "detail": "votes: Input should be greater than or equal to 1",
                    "field": "votes",
                    "fix": "Correct the field as the detail says",
                }
            ]
        },
    )

    type: str = Field(description="Always about:blank: the title says what the problem is.")
    title: str = Field(description="Short name of the problem.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What is wrong in this request.")
    field: str | None = Field(description="The field, header or parameter that is wrong.")
    fix: str | None = Field(description="What to change, or when to repeat the request.")


class CautionAnswer(Answer):
    """A warning: a part of the request that was carried out, but is probably a mistake."""

    detail: str = Field(description="What is probably wrong.")
    field: str = Field(description="The part of the request.")
    fix: str = Field(description="What to change.")

    @classmethod
    def of(cls, caution: Caution) -> "CautionAnswer":
        """Return the answer about a caution."""
        return cls(detail=caution.detail, field=caution.field, fix=caution.fix)
