"""Gold items: samples with a right answer, mixed into the work to measure annotators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.contracts.ids import job_id, stable_id
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content
from shoal.contracts.topics import LABELING_JOBS
from shoal.messaging import encode
from shoal.runtime.refusal import Refused
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.ports import Database, Guidelines


@dataclass(frozen=True, slots=True)
class GoldItem:
    """A text and its right answer. sample_id: of a sample of the stream, else None."""

    text: str
    label: str
    sample_id: str | None = None


class AddGold:
    """Stores gold items and requests votes on them, in one transaction."""

    def __init__(self, database: Database, guidelines: Guidelines, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._guidelines = guidelines
        self._clock = clock

    async def __call__(self, project: str, items: Sequence[GoldItem], votes: int) -> int:
        """Add items with `votes` votes each; return the number of new or changed ones. Raises Refused."""
        guidelines = await self._guidelines.all(project)
        if not guidelines:
            fix = f"Publish one with POST /v1/projects/{project}/guidelines"
            raise Refused("conflict", "the project has no guideline yet", field="project", fix=fix)
        guideline, now = guidelines[-1], self._clock()
        _check_labels(items, [item.name for item in guideline.label_schema.classes])
        jobs = [_gold_job(project, item, guideline=guideline, votes=votes, now=now) for item in items]
        rows = [(job.sample_id, item.label, job.job_id) for job, item in zip(jobs, items, strict=True)]
        messages = [
            encode(
                LABELING_JOBS, job, event_id=stable_id("labeling.job", job.job_id), source=SOURCE, time=now
            )
            for job in jobs
        ]
        async with self._database.transaction() as tx:
            new = await tx.gold.add(project, rows, now)
            await tx.outbox.publish(messages)
        return new


def _check_labels(items: Sequence[GoldItem], classes: Sequence[str]) -> None:
    for index, item in enumerate(items):
        if item.label not in classes:
            detail = f"items[{index}].label: {item.label!r} is not in the label schema"
            fix = f"Use one of {', '.join(classes[:20])}"
            raise Refused("invalid", detail, field=f"items[{index}].label", fix=fix)


def _gold_job(
    project: str, item: GoldItem, *, guideline: GuidelinePublished, votes: int, now: datetime
) -> LabelingJob:
    sample = item.sample_id or stable_id("gold", project, item.text)
    return LabelingJob(
        project=project,
        job_id=job_id(sample, guideline.guideline.major, "gold"),
        sample_id=sample,
        purpose="gold",
        guideline=GuidelineRef(major=guideline.guideline.major, minor=guideline.guideline.minor),
        content=Content(text=item.text),
        votes=votes,
        max_votes=votes,
        requested_at=now,
    )
