"""qa on a real PostgreSQL, and what to feed it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shoal.clock import utc_now
from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef, LabelingJob
from shoal.contracts.samples import Content
from shoal_qa.adapters.postgres.annotators import PostgresAnnotators
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.measures import PostgresMeasures
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.evaluation.refit import Refit
from shoal_qa.usecases.measures.jobs import MeasureJobs
from shoal_qa.usecases.measures.quality import MeasureQuality
from shoal_qa.usecases.ports import Fits, Quality, ReceivedAnnotation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REF = GuidelineRef(major=1, minor=0)
LABELS = "SELECT job_id, revision, state, label FROM labels ORDER BY 1, 2"
STATES = "SELECT job_id, state, label, wanted, round FROM jobs ORDER BY 1"


@dataclass
class Qa:
    pool: Any
    jobs: RecordJobs
    annotations: RecordAnnotations
    database: PostgresDatabase
    evaluate: Evaluate

    def refit(self, fits: Fits | None = None, quality: Quality | None = None) -> Refit:
        """Return refits by PostgreSQL, but for the ports that are passed."""
        return Refit(
            database=self.database,
            fits=fits or PostgresFits(self.pool),
            annotators=PostgresAnnotators(self.pool),
            quality=quality or PostgresQuality(self.pool),
            evaluate=self.evaluate,
            clock=lambda: NOON,
        )

    async def measure(self) -> None:
        """Set the gauges as a replica does that just started."""
        measures = PostgresMeasures(self.pool)
        await MeasureJobs(measures, utc_now)()
        await MeasureQuality(measures)()

    async def letters(self) -> list[dict[str, str]]:
        """Return the headers of the dead letters of annotations, in order."""
        rows = await self.pool.fetch(
            "SELECT header_names, headers FROM outbox WHERE topic = 'labels.submitted.qa.dlq' ORDER BY seq"
        )
        named = [zip(row["header_names"], row["headers"], strict=True) for row in rows]
        return [{name: value.decode() for name, value in headers} for headers in named]

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.pool.fetch(sql)]


def job(number: int) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        purpose="label",
        guideline=REF,
        content=Content(text=f"text {number}"),
        votes=2,
        max_votes=3,
        requested_at=NOON,
    )


def vote(number: int, annotator: str, label: str | None, revision: int = 1) -> ReceivedAnnotation:
    event = AnnotationSubmitted(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        task_id=f"t{number}",
        provider="crowd",
        annotator=annotator,
        annotation_id=f"{annotator}-{number}",
        revision=revision,
        action="deleted" if label is None else "submitted" if revision == 1 else "updated",
        answer=None if label is None else ClassAnswer(label=label),
        purpose="label",
        guideline=REF,
        price=0.1,
        submitted_at=NOON + timedelta(seconds=revision),
    )
    return ReceivedAnnotation(event, f"0/{number}")


def review(number: int, label: str | None, second: int, revision: int = 1) -> ReceivedAnnotation:
    """Return a review of the gateway's review queue."""
    plain = vote(number, "boss", label, revision).event
    moment = NOON + timedelta(seconds=second)
    return ReceivedAnnotation(plain.model_copy(update={"purpose": "review", "submitted_at": moment}), "0/9")


async def fill(qa: Qa, numbers: range, wrong: int = 0, purpose: str = "label") -> None:
    """Take in jobs with three votes each; every `wrong`-th job has two votes for the other label."""
    await qa.jobs([job(n).model_copy(update={"purpose": purpose}) for n in numbers])
    votes = []
    for n in numbers:
        right, other = ("x", "y") if n % 2 else ("y", "x")
        bad = wrong and n % wrong == 0
        given = (other, other, right) if bad else (right, right, right if n % 5 else other)
        who = [f"a{(n + k) % 7}" for k in range(3)]
        votes += [vote(n, name, label) for name, label in zip(who, given, strict=True)]
    await qa.annotations(votes)


async def add_gold(qa: Qa, numbers: range, fooled: bool = False) -> None:
    rows = [(f"s{n}", "xy"[(n + 1 + fooled) % 2], f"j{n}", None) for n in numbers]
    async with qa.database.transaction() as tx:
        await tx.gold.add("news", rows, NOON)
