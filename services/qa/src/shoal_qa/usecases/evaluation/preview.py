"""What a new rule would do to the labels and jobs of a project, computed as the service would do it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shoal_qa.domain.jobs.effects import EffectCounts, JobChange
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.usecases.evaluation.fits import current_fit, fit_votes
from shoal_qa.usecases.evaluation.outcomes import Context, Outcome, job_outcomes
from shoal_qa.usecases.ports import Database, Fits, Major
from shoal_qa.usecases.rules import Rule

PART = 500  # jobs in memory at a time
MOST_JOBS = 20_000  # with three votes each a fit takes up to half a minute on two cores
MOST_EXAMPLES = 3  # of every effect


@dataclass(frozen=True, slots=True)
class RulePreview:
    """The effects of a rule. jobs: those that votes can change. evaluated: fewer if effects are estimates."""

    effects: EffectCounts
    jobs: int
    evaluated: int


class PreviewRule:
    """Previews rules, one at a time.

    Jobs are evaluated with the fit that the rule leads to: the stored one if the rule keeps model and target,
    a new one otherwise. Of a major with more than `most_jobs` jobs, those with the lowest ids are evaluated
    and stand for all; ids are hashes, so they are a random sample.
    """

    def __init__(self, database: Database, fits: Fits, most_jobs: int = MOST_JOBS) -> None:
        self._database = database
        self._fits = fits
        self._most_jobs = most_jobs
        self._turn = asyncio.Lock()

    async def __call__(self, project: str, rule: Rule) -> RulePreview:
        """Return what the rule would do now. Nothing is stored."""
        effects, jobs, evaluated = EffectCounts(most_examples=MOST_EXAMPLES), 0, 0
        async with self._turn:
            for key in await self._fits.majors(project):
                count, ids = await self._fits.count_jobs(key), await self._job_ids(key)
                effects.add_scaled(await self._effects(key, ids, rule), count / max(1, len(ids)))
                jobs, evaluated = jobs + count, evaluated + len(ids)
        return RulePreview(effects, jobs, evaluated)

    async def _job_ids(self, key: Major) -> list[str]:
        ids: list[str] = []
        while len(ids) < self._most_jobs:
            limit = min(PART, self._most_jobs - len(ids))
            part = await self._fits.jobs_to_evaluate(key, ids[-1] if ids else "", limit)
            ids += part
            if len(part) < limit:
                break
        return ids

    async def _effects(self, key: Major, ids: Sequence[str], rule: Rule) -> EffectCounts:
        effects = EffectCounts(most_examples=MOST_EXAMPLES)
        context = await self._context(key, ids, rule) if ids else None
        if context is None:
            return effects
        for start in range(0, len(ids), PART):
            async with self._database.transaction() as tx:
                jobs = await tx.jobs.get(ids[start : start + PART])
                annotations = await tx.annotations.of_jobs([stored.job_id for stored in jobs])
            outcomes = await asyncio.to_thread(job_outcomes, jobs, annotations, context)
            effects.add([_job_change(outcome) for outcome in outcomes if outcome.changes_job])
        return effects

    async def _context(self, key: Major, ids: Sequence[str], rule: Rule) -> Context | None:
        """Return the context that the rule leads to; None without a guideline."""
        async with self._database.transaction() as tx:
            schema, fit = await tx.projects.schema(key), await tx.projects.fit(key)
            blocked = frozenset(await tx.projects.blocked(key[0]))
        if schema is None:
            return None
        if fit is not None and current_fit(schema, rule.model, fit) is fit and _fits_rule(fit, rule):
            return Context(rule, fit, blocked, schema)
        last_job = ids[-1] if len(ids) == self._most_jobs else None
        votes = (await self._fits.votes(key, last_job)).project_votes
        new_fit, _ = await asyncio.to_thread(fit_votes, votes, schema, rule.fit_options(), fit)
        return Context(rule, new_fit, blocked, schema)


def _fits_rule(fit: ProjectFit, rule: Rule) -> bool:
    """Return whether a fit has a promise about the rule's target, if there is one."""
    target = rule.target()
    return target is None or (fit.promise is not None and fit.promise.meets(target))


def _job_change(outcome: Outcome) -> JobChange:
    reasons = [step.reason for _, step in outcome.steps]
    return JobChange(
        job_id=outcome.before.job_id,
        sample_id=outcome.before.sample_id,
        before=outcome.before.job,
        after=outcome.after.job,
        reason=reasons[0] if reasons else "",
    )
