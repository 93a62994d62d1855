"""Fit projects again when votes arrived, then evaluate every job whose label may change."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import get_args

from shoal.contracts.quality import PrecisionCertificate, QualityMeasured
from shoal.observability.logs import get_logger
from shoal.observability.metrics import LOOP_FAILURES
from shoal_qa import metrics
from shoal_qa.domain.annotators.trust import (
    AnnotatorState,
    Evidence,
    Signal,
    Standing,
    TrustRule,
    next_alarms,
    next_state,
)
from shoal_qa.domain.projects.findings import Findings
from shoal_qa.domain.projects.fitting import fit_project
from shoal_qa.usecases.announce import quality_measured, quality_message
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.ports import Annotators, Database, Fits, Major, Quality
from shoal_qa.usecases.production import ProductionGauges, version_accuracies

PART = 500
NONE = float("nan")
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
        self._gauges = ProductionGauges()

    async def __call__(self) -> int:
        """Make the fits that are due; return their number."""
        count = 0
        for key in await self._fits.due():
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
            classes, rule, before = (
                await tx.projects.classes(key),
                await tx.projects.rule(key[0]),
                await tx.projects.fit(key),
            )
        if classes is None:
            return
        with metrics.FIT_SECONDS.time():
            fit, findings = await asyncio.to_thread(
                fit_project, votes.project_votes, classes, rule.fit_options(), before
            )
        number = await self._fits.keep(key, fit, self._clock())
        elsewhere = await self._annotators.gold_elsewhere(key)
        standings = await self._annotators.standings(key[0])
        states = await asyncio.to_thread(_next_states, standings, findings, elsewhere)
        await self._annotators.save(key[0], states)
        await self._evaluate_jobs(key)
        totals = await self._quality.totals(key[0])
        event = quality_measured(
            key[0], totals, findings=findings, promise=fit.promise, states=states, now=self._clock()
        )
        _set_gauges(event)
        self._gauges.show(key[0], version_accuracies(await self._quality.audited(key[0])))
        await self._quality.save(key[0], event.model_dump(mode="json"), quality_message(event))
        # Last, so that a crash before this line leaves the fit due and everything is repeated.
        await self._fits.finish(key, number, votes.last_seq)

    async def _evaluate_jobs(self, key: Major) -> None:
        after = ""
        while ids := await self._fits.jobs_to_evaluate(key, after, PART):
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


def _set_gauges(event: QualityMeasured) -> None:
    """Set the gauges of a project."""
    metrics.AGREEMENT.labels(event.project).set(_or_nan(event.agreement))
    for signal in get_args(Signal):
        raised = sum(signal in annotator.warnings for annotator in event.annotators)
        metrics.ANNOTATOR_ALARMS.labels(event.project, signal).set(raised)
    _set_certificate(event.project, event.certificate)


def _set_certificate(project: str, certificate: PrecisionCertificate | None) -> None:
    """Set the gauges of the certificate; NaN if the rule has no target."""
    metrics.CERTIFIED_THRESHOLD.labels(project).set(_or_nan(certificate.threshold if certificate else None))
    metrics.CERTIFIED_PRECISION.labels(project).set(_or_nan(certificate.bound if certificate else None))
    metrics.CERTIFIED_COVERAGE.labels(project).set(_or_nan(certificate.coverage if certificate else None))
    metrics.CERTIFYING_GOLD.labels(project).set(_or_nan(certificate.gold if certificate else None))
    metrics.MORE_GOLD.labels(project).set(_or_nan(certificate.more_gold if certificate else None))


def _or_nan(value: float | None) -> float:
    return NONE if value is None else value
