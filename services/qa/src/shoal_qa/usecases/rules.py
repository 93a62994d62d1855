"""The rule by which a project's labels are accepted."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shoal.choices import OneOf
from shoal_qa.domain.certificates.promises import Promise, Target
from shoal_qa.domain.jobs.acceptance import AcceptanceRule
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.projects.fitting import Wish
from shoal_qa.domain.stopping.rule import StoppingRule

ModelName = Annotated[str, OneOf(lambda: list(MODELS))]


class Rule(BaseModel):
    """A project's rule, as people set it; the defaults hold where they set none.

    With target_precision the threshold is the certificate's, and accept_probability is not used. review_price is in
    the unit of vote_price; it counts where `exhausted` is "review", futile_below where it is "close".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: ModelName = "auto"
    accept_probability: float = Field(default=0.9, gt=0, lt=1)
    target_precision: float | None = Field(default=None, gt=0, lt=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    min_votes: int = Field(default=2, ge=1, le=100)
    max_votes: int = Field(default=5, ge=1, le=100)
    futile_below: float = Field(default=0.05, ge=0, lt=1)
    vote_price: float = Field(default=1.0, gt=0)
    review_price: float = Field(default=5.0, gt=0)
    hysteresis: float = Field(default=0.1, ge=0, lt=1)
    exhausted: Literal["review", "close"] = "review"

    @model_validator(mode="after")
    def _fits(self) -> "Rule":
        self.acceptance(None)
        if self.hysteresis >= self.accept_probability:
            raise ValueError("needs hysteresis < accept_probability")
        return self

    def target(self) -> Target | None:
        """Return what is to be promised of accepted labels."""
        return None if self.target_precision is None else Target(self.target_precision, self.confidence)

    def wish(self) -> Wish:
        """Return how votes are to be read."""
        return Wish(self.model, self.target())

    def acceptance(self, promise: Promise | None) -> AcceptanceRule:
        """Return the domain's rule. promise: the fit's; one of another target counts for nothing. Raises ValueError."""
        threshold, held = self._thresholds(promise)
        stopping = StoppingRule(
            threshold=threshold,
            goal=self.target_precision,
            min_votes=self.min_votes,
            max_votes=self.max_votes,
            futile_below=self.futile_below,
            vote_price=self.vote_price,
            review_price=self.review_price if self.exhausted == "review" else None,
        )
        return AcceptanceRule(stopping, self.hysteresis, held)

    def _thresholds(self, promise: Promise | None) -> tuple[float | None, float | None]:
        target = self.target()
        if target is None:
            return self.accept_probability, None
        if promise is None or not promise.meets(target):
            return None, None
        return promise.threshold, promise.held
