"""The rule by which a project's labels are accepted."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shoal.choices import OneOf
from shoal.inputs import Strict, with_examples
from shoal_qa.domain.certificates.promises import Promise, Target
from shoal_qa.domain.jobs.acceptance import AcceptanceRule
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.projects.fitting import FitOptions
from shoal_qa.domain.stopping.rule import StoppingRule

ModelName = Annotated[str, OneOf(lambda: list(MODELS))]


class Rule(Strict):
    """A project's rule of acceptance; the defaults apply to fields that are not set."""

    model_config = with_examples({"model": "auto", "target_precision": 0.95, "confidence": 0.95})

    model: ModelName = Field(
        default="auto", description="How votes are combined; docs/quality.md compares the models."
    )
    accept_probability: float = Field(
        default=0.9,
        gt=0,
        lt=1,
        description="Least probability of an accepted label. Unused with a target.",
    )
    target_precision: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Precision of accepted labels that gold must confirm.",
    )
    confidence: float = Field(
        default=0.95, gt=0, lt=1, description="Confidence level of the precision guarantee."
    )
    min_votes: int = Field(default=2, ge=1, le=100, description="Fewest votes of an accepted label.")
    max_votes: int = Field(default=5, ge=1, le=100, description="Most votes of a job.")
    futile_below: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="Chance of acceptance below which no vote is bought; used if `exhausted` is close.",
    )
    vote_price: float = Field(default=1.0, gt=0, description="Cost of a vote.")
    review_price: float = Field(
        default=5.0,
        gt=0,
        description="Cost of a review, in the unit of vote_price; used if `exhausted` is review.",
    )
    hysteresis: float = Field(
        default=0.1, ge=0, lt=1, description="Drop below the threshold before an accepted label is withdrawn."
    )
    exhausted: Literal["review", "close"] = Field(
        default="review", description="What happens to a job that votes do not settle."
    )

    @model_validator(mode="after")
    def _fits(self) -> "Rule":
        self.acceptance(None)
        if self.hysteresis >= self.accept_probability:
            raise ValueError("needs hysteresis < accept_probability")
        return self

    def target(self) -> Target | None:
        """Return the target precision of accepted labels with its confidence."""
        return None if self.target_precision is None else Target(self.target_precision, self.confidence)

    def fit_options(self) -> FitOptions:
        """Return the options of the project's fit."""
        return FitOptions(self.model, self.target())

    def acceptance(self, promise: Promise | None) -> AcceptanceRule:
        """Return the domain's rule. promise: of the fit, ignored if of another target. Raises ValueError."""
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
