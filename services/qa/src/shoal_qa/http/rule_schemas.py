"""The answer about what a new rule would do."""

from pydantic import Field

from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal_qa.domain.jobs.effects import Effect
from shoal_qa.usecases.evaluation.preview import RulePreview


class EffectExample(Answer):
    """One job with an effect, before and after."""

    effect: Effect
    job_id: str
    sample_id: str
    label_before: str | None
    label_after: str | None
    reason: str


class RulePreviewAnswer(Answer):
    """What a rule would do to the labels and jobs of a project at once; votes that follow may change more."""

    model_config = with_examples(
        {
            "jobs": 120,
            "evaluated": 120,
            "estimate": False,
            "jobs_changed": 10,
            "labels_accepted": 0,
            "labels_revised": 1,
            "labels_withdrawn": 9,
            "jobs_reopened": 7,
            "reviews_opened": 2,
            "reviews_cancelled": 0,
            "jobs_closed": 0,
            "votes_requested": 7,
            "examples": [
                {
                    "effect": "labels_revised",
                    "job_id": "j-1",
                    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
                    "label_before": "grain",
                    "label_after": "trade",
                    "reason": "was grain: now trade at 0.96 after 3 votes",
                }
            ],
        }
    )

    jobs: int = Field(description="Jobs with votes that no expert decided.")
    evaluated: int = Field(description="Jobs that were evaluated for this answer.")
    estimate: bool = Field(description="Whether the counts are scaled up from a random sample of the jobs.")
    jobs_changed: int
    labels_accepted: int
    labels_revised: int
    labels_withdrawn: int
    jobs_reopened: int
    reviews_opened: int
    reviews_cancelled: int
    jobs_closed: int
    votes_requested: int = Field(description="Further votes that would be requested at once.")
    examples: list[EffectExample] = Field(description="Up to three jobs for each effect.")

    @classmethod
    def of(cls, preview: RulePreview) -> "RulePreviewAnswer":
        """Return the answer about a preview."""
        effects = preview.effects
        return cls(
            jobs=preview.jobs,
            evaluated=preview.evaluated,
            estimate=preview.evaluated < preview.jobs,
            jobs_changed=effects.jobs_changed,
            votes_requested=effects.votes_requested,
            examples=[
                EffectExample(
                    effect=effect,
                    job_id=change.job_id,
                    sample_id=change.sample_id,
                    label_before=change.before.label,
                    label_after=change.after.label,
                    reason=change.reason,
                )
                for effect, changes in effects.examples.items()
                for change in changes
            ],
            **effects.counts,
        )
