"""Evaluate jobs: from votes to beliefs, and from beliefs to labels, requests and withdrawals.

Rows and events are committed together.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from shoal.messaging.errors import is_transient
from shoal.messaging.records.decoding import explain_faults
from shoal.observability.logs import get_logger
from shoal_qa import metrics
from shoal_qa.usecases.announce import label_message, request_message
from shoal_qa.usecases.answers.kinds import is_single_choice
from shoal_qa.usecases.evaluation.counting import count_outcomes
from shoal_qa.usecases.evaluation.fits import current_fit
from shoal_qa.usecases.evaluation.outcomes import Context, Outcome, job_outcomes
from shoal_qa.usecases.ports import Database, LabelRow, Major, StoredAnnotation, StoredJob, Transaction

COUNTED = ("label", "audit")  # purposes of jobs that get labels; gold measures annotators

QUICK_CELLS = 20_000
"""Jobs times classes whose outcomes take a few milliseconds."""

Skills = Mapping[str, Mapping[str, float]]
"""Skill by job and voter."""

log = get_logger(__name__)


class Evaluate:
    """Evaluates jobs. Idempotent: a job with the same votes and the same fit does not change."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, job_ids: Collection[str]) -> int:
        """Evaluate jobs; return the number of changed ones. Raises on outages only.

        A job that cannot be evaluated is set aside: it stays as it is, and the others go on.
        """
        if not job_ids:
            return 0
        try:
            async with self._database.transaction() as tx:
                outcomes = await self.within(tx, await tx.jobs.lock(job_ids))
        except Exception as error:
            if is_transient(error):
                raise
            return await self._evaluate_halves(sorted(job_ids), error)
        return self.count(outcomes)

    async def _evaluate_halves(self, job_ids: Sequence[str], error: Exception) -> int:
        if len(job_ids) == 1:
            metrics.JOBS_SET_ASIDE.inc()
            log.error("job_set_aside", job=job_ids[0], error=_error_text(error))
            return 0
        middle = len(job_ids) // 2
        return await self(job_ids[:middle]) + await self(job_ids[middle:])

    def count(self, outcomes: Sequence[Outcome]) -> int:
        """Count outcomes whose transaction has committed; return the number of changed jobs."""
        count_outcomes(outcomes, self._clock())
        return sum(outcome.changes_job for outcome in outcomes)

    async def within(self, tx: Transaction, jobs: Sequence[StoredJob]) -> list[Outcome]:
        """Evaluate jobs that are locked by `tx`; return the outcomes, to `count` after the commit."""
        groups: dict[Major, list[StoredJob]] = defaultdict(list)
        for stored in jobs:
            if stored.purpose in COUNTED:
                groups[stored.key].append(stored)
        outcomes: list[Outcome] = []
        for key, group in sorted(groups.items()):
            context = await context_of(tx, key)
            if context is not None:
                annotations = await tx.annotations.of_jobs([stored.job_id for stored in group])
                of_group = await _outcomes_of(group, annotations, context)
                await self._apply(tx, of_group, await _voter_skills(tx, key[0], of_group, annotations))
                outcomes += of_group
        return outcomes

    async def _apply(self, tx: Transaction, outcomes: Sequence[Outcome], skills: Skills) -> None:
        """Store and announce outcomes. skills: of the voters of jobs that go to review, by job."""
        now, rows, messages = self._clock(), [], []
        for outcome in outcomes:
            for stored, step in outcome.steps:
                if isinstance(step, LabelRow):
                    rows.append(step)
                    messages.append(label_message(stored, step, now))
                else:
                    of_voters = skills.get(stored.job_id, {})
                    messages.append(
                        request_message(stored, step, posterior=outcome.posterior, skills=of_voters, now=now)
                    )
        await tx.jobs.save([outcome.after for outcome in outcomes])
        await tx.labels.add(rows, now)
        await tx.outbox.publish(messages)


async def _voter_skills(
    tx: Transaction, project: str, outcomes: Sequence[Outcome], annotations: Sequence[StoredAnnotation]
) -> Skills:
    """Return the skill of the voters of jobs that go to review."""
    reviews = {outcome.after.job_id for outcome in outcomes if outcome.requests_review}
    voters: dict[str, set[str]] = defaultdict(set)
    for stored in annotations:
        if stored.annotation.job in reviews and not stored.is_review:
            voters[stored.annotation.job].add(stored.annotation.annotator)
    if not voters:
        return {}
    skills = await tx.projects.skills(project, set().union(*voters.values()))
    return {
        job: {name: skills[name] for name in sorted(names & skills.keys())} for job, names in voters.items()
    }


def _error_text(error: Exception) -> str:
    """Return an error without the values of a validation, which may be private."""
    return explain_faults(error) if isinstance(error, ValidationError) else repr(error)


async def context_of(tx: Transaction, key: Major) -> Context | None:
    """Return the context of a project's jobs; None without a guideline."""
    schema = await tx.projects.schema(key)
    if schema is None:
        return None
    rule = await tx.projects.rule(key[0])
    blocked = frozenset(await tx.projects.blocked(key[0]))
    return Context(rule, current_fit(schema, rule.model, await tx.projects.fit(key)), blocked, schema)


async def _outcomes_of(
    jobs: Sequence[StoredJob], annotations: Sequence[StoredAnnotation], context: Context
) -> list[Outcome]:
    """Return the outcomes of jobs. A thread computes those of shapes, or of many classes: they take time."""
    cells = len(jobs) * len(context.fit.classes)
    if is_single_choice(context.schema) and cells <= QUICK_CELLS:
        return job_outcomes(jobs, annotations, context)
    return await asyncio.to_thread(job_outcomes, jobs, annotations, context)
