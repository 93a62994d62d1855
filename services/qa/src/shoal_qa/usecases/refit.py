"""Learn about annotators anew when votes came, then look at every job whose label may change."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import numpy as np

from shoal.contracts.ids import stable_id
from shoal.contracts.quality import AnnotatorQuality, QualityMeasured
from shoal.contracts.topics import QUALITY_METRICS
from shoal.messaging import encode
from shoal.observability import metrics
from shoal.observability.logs import get_logger
from shoal_qa.domain.fitting import Findings, fit_project
from shoal_qa.domain.gold import AnnotatorState, Evidence, TrustRule, next_state
from shoal_qa.domain.metrics import cost_per_label
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.ports import Database, Fits, Major, Votes

PART = 500
log = get_logger(__name__)
States = dict[str, tuple[AnnotatorState, Evidence]]


class Refit:
    """One pass: every project with votes that its fit has not seen. The fit runs in a thread."""

    def __init__(
        self, database: Database, fits: Fits, evaluate: Evaluate, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._fits = fits
        self._evaluate = evaluate
        self._clock = clock

    async def __call__(self) -> int:
        """Refit what is due; return how many fits were made."""
        done = 0
        for key in await self._fits.due():
            async with self._fits.claim(key) as mine:
                if mine:
                    done += await self._guarded(key)
        return done

    async def _guarded(self, key: Major) -> bool:
        """Refit one; a failure is told and stops no other project. What failed stays due."""
        try:
            await self.one(key)
        except Exception as error:
            metrics.LOOP_FAILURES.labels("refit").inc()
            log.warning("refit_failed", project=key[0], major=key[1], error=repr(error))
            return False
        return True

    async def one(self, key: Major) -> None:
        """Refit one project and major."""
        votes = await self._fits.votes(key)
        async with self._database.transaction() as tx:
            classes, rule = await tx.classes(key), await tx.rule(key[0])
        if classes is None:
            return
        with metrics.FIT_SECONDS.time():
            fit, findings = await asyncio.to_thread(
                fit_project,
                votes.triples,
                votes.gold,
                classes,
                rule.model,
                rule.max_votes,
                _generator(key, votes),
            )
        number = await self._fits.keep(key, fit, self._clock())
        elsewhere = await self._fits.gold_elsewhere(key)
        states = _states(await self._fits.states(key[0]), findings, elsewhere)
        await self._fits.keep_annotators(key[0], states)
        await self._look_again(key)
        await self._announce(key[0], findings, states)
        # Last: a crash before leaves the fit due, and all of this is done again.
        await self._fits.done(key, number, votes.seen)

    async def _look_again(self, key: Major) -> None:
        after = ""
        while ids := await self._fits.jobs_to_look_at(key, after, PART):
            await self._evaluate(ids)
            after = ids[-1]

    async def _announce(self, project: str, findings: Findings, states: States) -> None:
        totals, now = await self._fits.totals(project), self._clock()
        event = QualityMeasured(
            project=project,
            votes=totals.votes,
            jobs_open=totals.jobs_open,
            labels_accepted=totals.labels_accepted,
            reviews_open=totals.reviews_open,
            agreement=findings.alpha,
            gold_accuracy=findings.gold_accuracy,
            cost_per_accepted_label=cost_per_label(totals.spent, totals.labels_accepted),
            annotators=tuple(_quality(name, *state) for name, state in sorted(states.items())),
            measured_at=now,
        )
        metrics.AGREEMENT.labels(project).set(findings.alpha if findings.alpha is not None else float("nan"))
        message = encode(
            QUALITY_METRICS,
            event,
            event_id=stable_id("quality.measured", project, now.isoformat()),
            source=SOURCE,
            time=now,
        )
        await self._fits.keep_quality(project, event.model_dump(mode="json"), message)


def _generator(key: Major, votes: Votes) -> np.random.Generator:
    """Return a generator that is the same for the same votes: a fit can be repeated."""
    seed = sha256(f"{key}{votes.seen}".encode()).digest()[:8]
    return np.random.default_rng(int.from_bytes(seed, "big"))


def _states(
    before: dict[str, AnnotatorState], findings: Findings, elsewhere: dict[str, tuple[int, int]]
) -> States:
    """Return states by name; gold that somebody answered under another major still speaks for or against them."""
    rule, states = TrustRule(), {}
    for name, found in findings.evidence.items():
        right, answered = elsewhere.get(name, (0, 0))
        evidence = replace(
            found, gold_right=found.gold_right + right, gold_answered=found.gold_answered + answered
        )
        states[name] = next_state(before.get(name, "new"), evidence, rule), evidence
    return states


def _quality(name: str, state: AnnotatorState, evidence: Evidence) -> AnnotatorQuality:
    provider, _, annotator = name.partition("/")
    return AnnotatorQuality(
        provider=provider,
        annotator=annotator,
        votes=evidence.votes,
        skill=evidence.skill,
        skill_low=evidence.low,
        skill_high=evidence.high,
        gold_answered=evidence.gold_answered,
        gold_right=evidence.gold_right,
        state=state,
    )
