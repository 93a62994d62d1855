"""Ask again: new jobs for samples whose labels do not count under the current guideline."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from shoal.contracts.ids import job_id, stable_id
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Prediction
from shoal.contracts.topics import LABELING_JOBS
from shoal.messaging import OutgoingMessage, encode
from shoal.runtime.refusal import Refused
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.datasets.carrying import CarryLabels, LostLabel, Row
from shoal_qa.usecases.ports import AcceptedLabels, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequest:
    """votes, most: of each job. dry_run: only count."""

    votes: int
    most: int
    dry_run: bool = False


@dataclass(slots=True)
class AskReport:
    """The number of new jobs, the votes that they request, and the jobs by reason."""

    jobs: int = 0
    votes: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class AskAgain:
    """Requests votes for samples that have an accepted label, but none that counts."""

    def __init__(self, labels: AcceptedLabels, database: Database, clock: Callable[[], datetime]) -> None:
        self._labels = labels
        self._database = database
        self._clock = clock

    async def __call__(self, project: str, request: AskRequest) -> AskReport:
        """Make the jobs; a repeated request makes none twice. Raises Refused without a guideline."""
        guidelines = await self._labels.guidelines(project)
        if not guidelines:
            fix = f"Publish one with POST /v1/projects/{project}/guidelines"
            raise Refused("conflict", "the project has no guideline yet", field="project", fix=fix)
        report = AskReport()
        async with aclosing(self._lost_pages(project, guidelines)) as pages:
            async for page in pages:
                await self._ask_page(page, guidelines[-1], request=request, report=report)
        return report

    async def _lost_pages(
        self, project: str, guidelines: Sequence[GuidelinePublished]
    ) -> AsyncGenerator[list[tuple[Row, str]]]:
        samples = _LostSamples(CarryLabels(guidelines))
        until = await self._labels.position(project)
        async with aclosing(self._labels.accepted(project, until)) as pages:
            async for page in pages:
                yield list(samples.add(page))
        yield list(samples.finish())

    async def _ask_page(
        self,
        page: Sequence[tuple[Row, str]],
        guideline: GuidelinePublished,
        *,
        request: AskRequest,
        report: AskReport,
    ) -> None:
        now = self._clock()
        jobs = [(_new_job(row, guideline, request, now), reason) for row, reason in page]
        async with self._database.transaction() as tx:
            await tx.projects.lock({guideline.project})
            stored = {job.job_id for job in await tx.jobs.get([job.job_id for job, _ in jobs])}
            fresh = [(job, reason) for job, reason in jobs if job.job_id not in stored]
            if not request.dry_run:
                await tx.jobs.add([job for job, _ in fresh])
                await tx.outbox.publish_checked([_job_message(job) for job, _ in fresh])
        report.jobs += len(fresh)
        report.votes += len(fresh) * request.votes
        report.reasons.update(reason for _, reason in fresh)


class _LostSamples:
    """Finds samples of which no label is carried. Rows come by sample, the newest label first."""

    def __init__(self, carry: CarryLabels) -> None:
        self._carry = carry
        self._sample: str | None = None
        self._lost: tuple[Row, str] | None = None  # of the newest label; None if one is carried

    def add(self, page: Sequence[Row]) -> Iterator[tuple[Row, str]]:
        """Yield (newest label, reason) of samples that are complete."""
        for row in page:
            carried = self._carry((row["major"], row["minor"]), row)
            if row["sample_id"] != self._sample:
                yield from self.finish()
                self._sample = row["sample_id"]
                self._lost = (row, carried.reason) if isinstance(carried, LostLabel) else None
            elif not isinstance(carried, LostLabel):
                self._lost = None

    def finish(self) -> Iterator[tuple[Row, str]]:
        """Yield the last sample."""
        if self._lost is not None:
            yield self._lost
        self._lost = None


def _new_job(row: Row, guideline: GuidelinePublished, request: AskRequest, now: datetime) -> LabelingJob:
    project, reference = guideline.project, guideline.guideline
    prediction = Prediction(model=row["model"], label=row["predicted"]) if row["model"] else None
    return LabelingJob(
        project=project,
        job_id=job_id(project, row["sample_id"], reference.major, row["purpose"]),
        sample_id=row["sample_id"],
        purpose=row["purpose"],
        guideline=GuidelineRef(major=reference.major, minor=reference.minor),
        content=Content.model_validate(row["content"]),
        prediction=prediction,
        campaign_id=row["campaign_id"],
        campaign=row["campaign"],
        votes=request.votes,
        max_votes=request.most,
        group=row["group_key"],
        source=row["source"],
        source_id=row["source_id"],
        tags=row["tags"],
        occurred_at=row["occurred_at"],
        requested_at=now,
    )


def _job_message(job: LabelingJob) -> OutgoingMessage:
    event_id = stable_id("labeling.job", job.job_id)
    return encode(LABELING_JOBS, job, event_id=event_id, source=SOURCE, time=job.requested_at)
