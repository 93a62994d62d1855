"""The rule by which a project's labels are accepted."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shoal_qa.domain.acceptance import AcceptanceRule


class Rule(BaseModel):
    """A project's rule, as people set it; the defaults hold where they set none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Literal["dawid-skene", "majority"] = "dawid-skene"
    accept_probability: float = Field(default=0.9, gt=0, lt=1)
    min_votes: int = Field(default=2, ge=1, le=100)
    max_votes: int = Field(default=5, ge=1, le=100)
    hysteresis: float = Field(default=0.1, ge=0, lt=1)
    exhausted: Literal["review", "close"] = "review"

    @model_validator(mode="after")
    def _fits(self) -> "Rule":
        self.acceptance()
        return self

    def acceptance(self) -> AcceptanceRule:
        """Return the domain's rule. Raises ValueError."""
        return AcceptanceRule(
            self.min_votes, self.max_votes, self.accept_probability, self.hysteresis, self.exhausted
        )
