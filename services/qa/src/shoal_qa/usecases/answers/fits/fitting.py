"""Fit the claims of a project's answers, and calibrate the probabilities of whole answers on gold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.model import AnswerParts, fit_claims
from shoal_qa.domain.answers.odds import Odds, calibrate_answers
from shoal_qa.domain.calibration.heldout_gold import HeldoutGold
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.pool import FittedPool, pool_without_members
from shoal_qa.domain.votes.arrays import Bools, Floats
from shoal_qa.usecases.answers.claims.readings import default_odds, read_answers
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.fits.beliefs import claims_of, merge_jobs, merged_answers
from shoal_qa.usecases.answers.given import GivenAnswers, thinned_answers
from shoal_qa.usecases.answers.merged import Merged
from shoal_qa.usecases.answers.models.own_models import OWN_MODELS

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFit:
    """A fit, and its belief about each job in order.

    merged: the jobs' answers, with probabilities before calibration. probability: (jobs,), calibrated. gold:
    the jobs with gold, by a fit and odds that did not see their right answers; None without gold.
    """

    fitted: FittedPool
    parts: AnswerParts
    merged: Sequence[Merged]
    probability: Floats
    gold: HeldoutGold | None

    @property
    def answers(self) -> list[Answer]:
        """Return the answer of each job."""
        return [merged.answer for merged in self.merged]


def fit_answers(
    schema: LabelSchema,
    jobs: Sequence[GivenAnswers],
    gold: Mapping[int, Answer],
    *,
    annotators: int,
    model: str = "auto",
    start: Fitted | None = None,
    report: Report | None = None,
) -> AnswerFit:
    """Fit the answers of jobs, each with at least one. gold: right answers by the number of their job.

    An answer is right if it is within the kind's tolerance of gold. Models of claims see no gold, so that all
    of it calibrates, by as many answers as other jobs have. start: an earlier fit, whose annotators have the
    first numbers. Kinds of OWN_MODELS leave `model` and `start` aside. Time: the claims of each job, then a
    fit of each member of the panel.
    """
    report = report or (lambda _: None)
    own = OWN_MODELS.get(schema.kind)
    if own is not None:
        report(f"fitting {own.name}")
        parts = replace(own.fit(schema, jobs, annotators), odds=default_odds(schema))
        fitted = pool_without_members(parts.recall[:-1], model)
        return _calibrated_fit(
            schema, jobs, gold, fitted=fitted, parts=parts, merged=own.merge(schema, jobs, parts)
        )
    report("reading answers")
    readings = [read_answers(schema, job.answers) for job in jobs]
    claims = claims_of(readings, jobs)
    report("fitting models of claims")
    unclaimed = max(reading.unclaimed for reading in readings)
    fitted, parts = fit_claims(claims, annotators, model=model, unclaimed=unclaimed, start=start)
    parts = replace(parts, odds=default_odds(schema))
    if not any(reading.may_miss for reading in readings) and all(len(job.answers) == 1 for job in jobs):
        parts = parts.without_comparison()
    report("merging answers")
    merged = merged_answers(readings, claims, fitted=fitted, parts=parts)
    return _calibrated_fit(schema, jobs, gold, fitted=fitted, parts=parts, merged=merged)


def _calibrated_fit(
    schema: LabelSchema,
    jobs: Sequence[GivenAnswers],
    gold: Mapping[int, Answer],
    *,
    fitted: FittedPool,
    parts: AnswerParts,
    merged: Sequence[Merged],
) -> AnswerFit:
    raw = np.array([belief.probability for belief in merged], np.float64)
    odds, heldout = _calibrate_on_gold(schema, jobs, gold, fitted=fitted, parts=parts)
    return AnswerFit(
        fitted=fitted,
        parts=replace(parts, odds=odds),
        merged=merged,
        probability=odds.apply(raw),
        gold=heldout,
    )


def _calibrate_on_gold(
    schema: LabelSchema,
    jobs: Sequence[GivenAnswers],
    gold: Mapping[int, Answer],
    *,
    fitted: FittedPool,
    parts: AnswerParts,
) -> tuple[Odds, HeldoutGold | None]:
    numbers = sorted(gold)
    if not numbers:
        return parts.odds, None
    merged = merge_jobs(schema, thinned_answers(jobs, numbers), fitted=fitted, parts=parts)
    right = _right_answers(schema, [belief.answer for belief in merged], [gold[number] for number in numbers])
    raw = np.array([belief.probability for belief in merged], np.float64)
    odds, heldout = calibrate_answers(parts.odds, raw, right)
    return odds, heldout and replace(heldout, task=np.array(numbers, np.int32))


def _right_answers(schema: LabelSchema, merged: Sequence[Answer], gold: Sequence[Answer]) -> Bools:
    """Return whether answers are within the tolerance of the right ones: (answers,)."""
    pairs = zip(map(canonical_answer, merged), map(canonical_answer, gold), strict=True)
    least = tolerance_of(schema)
    return np.array([answer_distance(schema, one, other) <= least for one, other in pairs], np.bool_)
