"""The base of every model of input, and the types of its fields."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL in text."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


def _in_range(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time must lie in the years 1 to 9999 in UTC") from None
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A time with its zone that PostgreSQL can store."""


class Strict(BaseModel):
    """Immutable input. An unknown field is an error, because it is usually a misspelled one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def with_examples(*examples: dict[str, Any]) -> ConfigDict:
    """Return a `model_config` that adds examples to the model's JSON schema."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})
