"""Answers about the quality of labels, annotators and production models."""

from typing import Literal

from pydantic import Field

from shoal.contracts.quality import QualityMeasured
from shoal.http.schemas import Answer
from shoal.inputs import with_examples


class ProductionAnswer(Answer):
    """Accuracy of one version of the production model, from the audit, with its 95 % interval."""

    model: str
    version: str
    accuracy: float | None = Field(description="Null before the first labelled sample.")
    low: float
    high: float
    lowest: float = Field(description="Lower end of the interval if every pending sample turns out wrong.")
    highest: float = Field(description="Upper end of the interval if every pending sample turns out right.")
    audited: int
    labelled: int
    pending: int


class MetricsAnswer(Answer):
    """The quality and cost of labels, the states of jobs, and the accuracy of production models."""

    model_config = with_examples(
        {
            "measured": {
                "project": "newsdesk",
                "votes": 240,
                "jobs_open": 12,
                "labels_accepted": 96,
                "reviews_open": 2,
                "agreement": 0.81,
                "gold_accuracy": 0.94,
                "cost_per_accepted_label": 0.12,
                "annotators": [],
                "certificate": {
                    "target": 0.95,
                    "confidence": 0.9,
                    "threshold": 0.88,
                    "bound": 0.951,
                    "gold": 120,
                    "gold_accepted": 101,
                    "coverage": 0.8,
                    "more_gold": 0,
                },
                "measured_at": "2026-01-31T12:00:00Z",
            },
            "jobs": {"open": 12, "accepted": 96, "review": 2, "gold": 20},
            "production": [
                {
                    "model": "topics",
                    "version": "7",
                    "accuracy": 0.91,
                    "low": 0.86,
                    "high": 0.95,
                    "lowest": 0.84,
                    "highest": 0.96,
                    "audited": 210,
                    "labelled": 198,
                    "pending": 12,
                }
            ],
        }
    )

    measured: QualityMeasured | None = Field(description="Null before the first votes.")
    jobs: dict[str, int] = Field(description="Number of jobs in each state; gold items count as `gold`.")
    production: list[ProductionAnswer]


class AnnotatorAnswer(Answer):
    """An annotator's skill and state."""

    project: str
    annotator: str = Field(description="provider/annotator")
    state: Literal["new", "trusted", "probation", "blocked"]
    votes: int
    skill: float = Field(description="Probability of a right answer.")
    skill_low: float = Field(description="Lower end of the 95 % interval.")
    skill_high: float
    gold_right: int
    gold_answered: int
    alarms: list[str] = Field(description="Warnings: spam, straight-lining, copying, haste, change.")


class AnnotatorsAnswer(Answer):
    """Annotators, those with most votes first."""

    model_config = with_examples(
        {
            "annotators": [
                {
                    "project": "newsdesk",
                    "annotator": "inhouse/ann",
                    "state": "trusted",
                    "votes": 120,
                    "skill": 0.93,
                    "skill_low": 0.88,
                    "skill_high": 0.96,
                    "gold_right": 19,
                    "gold_answered": 20,
                    "alarms": [],
                }
            ]
        }
    )

    annotators: list[AnnotatorAnswer]
