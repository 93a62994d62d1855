"""Kinds of answers with a model of their own, which needs no claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shoal_qa.domain.answers.model import AnswerParts
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.merged import Merged
from shoal_qa.usecases.answers.models.numbers import fit_numbers, merge_numbers, near_numbers
from shoal_qa.usecases.answers.models.rankings import fit_rankings, merge_rankings


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnModel:
    """A model of whole answers. reason: why annotators weigh what they weigh, a sentence of the report.

    fit: from a label schema, jobs, at least one, and the number of annotators. merge: from a label schema,
    jobs and the parts of a fit, with probabilities before calibration. near: from the same and an answer for
    each job, the probability that it is within the tolerance of the right one; None if the model has none.
    """

    name: str
    reason: str
    fit: Callable[[Any, Sequence[GivenAnswers], int], AnswerParts]
    merge: Callable[[Any, Sequence[GivenAnswers], AnswerParts], list[Merged]]
    near: Callable[[Any, Sequence[GivenAnswers], AnswerParts, Sequence[Any]], list[float]] | None = None


OWN_MODELS = {
    "ranking": OwnModel(
        name="bradley-terry",
        reason="an annotator weighs more the less often orders disagree with the right ones, over all tasks.",
        fit=fit_rankings,
        merge=merge_rankings,
    ),
    "number": OwnModel(
        name="robust-mean",
        reason="an annotator weighs more the closer answers are to the right ones, over all tasks.",
        fit=fit_numbers,
        merge=merge_numbers,
        near=near_numbers,
    ),
}
