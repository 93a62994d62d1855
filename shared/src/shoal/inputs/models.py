"""The base of every model that reads input, and types of its fields."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in text."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class Strict(BaseModel):
    """Input, immutable. An unknown field is an error, because it is usually a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def with_examples(*examples: dict[str, Any]) -> ConfigDict:
    """Return a `model_config` that adds examples to the model's JSON schema."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})
