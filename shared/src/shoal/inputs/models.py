"""The base of every model of input, and the types of its fields."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from shoal.contracts.base import NO_NUL

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class Strict(BaseModel):
    """Immutable input. An unknown field is an error, because it is usually a misspelled one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def with_examples(*examples: dict[str, Any]) -> ConfigDict:
    """Return a `model_config` that adds examples to the model's JSON schema."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})
