"""Fit projects again when votes arrived, then evaluate every job whose label may change."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from shoal.contracts.label_schemas import LabelSchema
from shoal.observability.logs import get_logger
from shoal.observability.metrics import LOOP_FAILURES
from shoal.progress import note_progress
from shoal_qa import metrics
from shoal_qa.domain.annotators.trust import (
    AnnotatorState,
    Evidence,
    Standing,
    TrustRule,
    next_alarms,
    next_state,
)
from shoal_qa.domain.projects.findings import Findings
from shoal_qa.domain.projects.providers import provider_agreement
from shoal_qa.usecases.announce import quality_measured, quality_message
from shoal_qa.usecases.answers.fits.findings import count_right_answers
from shoal_qa.usecases.answers.kinds import answer_kind, is_single_choice
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.evaluation.fits import fit_votes
from shoal_qa.usecases.evaluation.outcomes import by_job, votes_of
from shoal_qa.usecases.measures.production import production_rows, version_accuracies
from shoal_qa.usecases.ports import Annotators, Database, Fits, Major, MeasuredQuality, Quality

PART = 500
MOST_GOLD = 5_000  # answers to gold under other majors, whose distances are computed
log = get_logger(__name__)
States = dict[str, tuple[AnnotatorState, Evidence]]


class Refit:
    """Fits every project with votes that are newer than its fit. The fit runs in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        fits: Fits,
        annotators: Annotators,
        quality: Quality,
        evaluate: Evaluate,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._fits = fits
        self._annotators = annotators
        self._quality = quality
        self._evaluate = evaluate
        self._clock = clock

    async def __call__(self) -> int:
        """Make the fits that are due; return their number."""
        count = 0
        for key in await self._fits.due():
            note_progress()
            async with self._fits.claim(key) as mine:
                if mine:
                    count += await self._guarded(key)
        return count

    async def _guarded(self, key: Major) -> bool:
        """Refit one project; a failure is logged, stops no other project, and leaves the fit due."""
        try:
            await self.refit_major(key)
        except Exception as error:
            LOOP_FAILURES.labels("refit").inc()
            log.warning("refit_failed", project=key[0], major=key[1], error=repr(error))
            return False
        return True

    async def refit_major(self, key: Major) -> None:
        """Refit one project and major."""
        votes = await self._fits.votes(key)
        async with self._database.transaction() as tx:
            schema, rule, before = (
                await tx.projects.schema(key),
                await tx.projects.rule(key[0]),
                await tx.projects.fit(key),
            )
        if schema is None:
            return
        with metrics.FIT_SECONDS.time():
            fit, findings = await asyncio.to_thread(
                fit_votes, votes.project_votes, schema, rule.fit_options(), before
            )
        number = await self._fits.keep(key, fit, self._clock())
        elsewhere = await self._gold_elsewhere(key, schema)
        standings = await self._annotators.standings(key[0])
        states = await asyncio.to_thread(_next_states, standings, findings, elsewhere)
        await self._annotators.save(key[0], states)
        await self._evaluate_jobs(key)
        totals = await self._quality.totals(key[0])
        event = quality_measured(
            key[0], totals, findings=findings, promise=fit.promise, states=states, now=self._clock()
        )
        measured = MeasuredQuality(
            body=event.model_dump(mode="json"),
            production=production_rows(version_accuracies(await self._quality.audited(key[0]))),
            providers=await self._compare_providers(key[0]),
        )
        await self._quality.save(key[0], measured, quality_message(event))
        # Last, so that a crash before this line leaves the fit due and everything is repeated.
        await self._fits.finish(key, number, votes.last_seq)

    async def _gold_elsewhere(self, key: Major, schema: LabelSchema) -> dict[str, tuple[int, int]]:
        """Return (right, answered) of each annotator on gold under the project's other majors."""
        if is_single_choice(schema):
            return await self._annotators.gold_elsewhere(key)
        rows = await self._annotators.gold_answers_elsewhere(key, answer_kind(schema), MOST_GOLD)
        return await asyncio.to_thread(count_right_answers, schema, rows)

    async def _compare_providers(self, project: str) -> dict[str, dict[str, int]]:
        """Return how often the counted votes of each provider equal the newest labels."""
        labels = dict(await self._quality.recent_labels(project))
        async with self._database.transaction() as tx:
            annotations = await tx.annotations.of_jobs(labels)
            blocked = await tx.projects.blocked(project)
        agreement = provider_agreement(
            (vote.annotator.partition("/")[0], vote.label, labels[job_id])
            for job_id, revisions in by_job(annotations).items()
            for vote in votes_of(job_id, revisions)
            if vote.annotator not in blocked
        )
        return {provider: asdict(compared) for provider, compared in agreement.items()}

    async def _evaluate_jobs(self, key: Major) -> None:
        after = ""
        while ids := await self._fits.jobs_to_evaluate(key, after, PART):
            note_progress()
            await self._evaluate(ids)
            after = ids[-1]


def _next_states(
    before: dict[str, Standing], findings: Findings, elsewhere: dict[str, tuple[int, int]]
) -> States:
    """Return states by name. Gold answers under other majors of the project count as well."""
    rule, states = TrustRule(), {}
    for name, gathered in findings.evidence.items():
        right, answered = elsewhere.get(name, (0, 0))
        standing = before.get(name, Standing())
        evidence = replace(
            gathered,
            gold_right=gathered.gold_right + right,
            gold_answered=gathered.gold_answered + answered,
            alarms=next_alarms(standing.alarms, findings.warnings[name], rule),
        )
        states[name] = next_state(standing.state, evidence, rule), evidence
    return states
