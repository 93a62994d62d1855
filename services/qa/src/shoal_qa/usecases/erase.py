"""Erase samples: delete contents and votes, and withdraw labels with the reason."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from shoal.contracts.samples import SampleErased
from shoal_qa.usecases.announce import label_message
from shoal_qa.usecases.evaluation.counting import count_outcomes
from shoal_qa.usecases.evaluation.outcomes import Outcome
from shoal_qa.usecases.ports import Database, LabelRow, StoredJob

NO_EVIDENCE = {"method": "erased", "votes": 0, "agreement": 0.0}


class EraseSamples:
    """Erases samples. Idempotent: erased samples stay erased."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, events: Sequence[SampleErased]) -> None:
        """Erase a batch."""
        projects: dict[str, list[str]] = defaultdict(list)
        for event in events:
            projects[event.project].append(event.sample_id)
        # One transaction per project, so that locks of two projects are never held together.
        for project, samples in sorted(projects.items()):
            async with self._database.transaction() as tx:
                await tx.projects.lock([project])
                jobs = [
                    stored
                    for stored in await tx.samples.erase(project, samples)
                    if stored.job.state != "erased"
                ]
                now, outcomes = self._clock(), [_erase_job(stored) for stored in jobs]
                await tx.jobs.save([outcome.after for outcome in outcomes])
                rows = [(stored, row) for outcome in outcomes for stored, row in _withdrawn_labels(outcome)]
                await tx.labels.add([row for _, row in rows], now)
                await tx.outbox.publish([label_message(stored, row, now) for stored, row in rows])
            count_outcomes(outcomes, now)


def _withdrawn_labels(outcome: Outcome) -> Iterator[tuple[StoredJob, LabelRow]]:
    return ((stored, step) for stored, step in outcome.steps if isinstance(step, LabelRow))


def _erase_job(stored: StoredJob) -> Outcome:
    after = replace(stored, job=replace(stored.job, state="erased", label=None))
    if stored.job.label is None:
        return Outcome(before=stored, after=after)
    after = replace(after, revision=stored.revision + 1)
    row = LabelRow(
        project=stored.project,
        job_id=stored.job_id,
        sample_id=stored.sample_id,
        revision=after.revision,
        state="withdrawn",
        label=None,
        probability=0.0,
        evidence=NO_EVIDENCE,
        reason="the sample was erased",
    )
    return Outcome(before=stored, after=after, steps=[(after, row)])
