"""What the use cases need from outside; adapters implement these."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoal.contracts.labels import AnnotationSubmitted, LabelingJob
from shoal.contracts.quality import GuidelinePublished
from shoal.messaging import OutgoingMessage
from shoal_qa.domain.annotators.trust import AnnotatorState, Evidence, Standing
from shoal_qa.domain.jobs.lifecycle import Job
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import Given
from shoal_qa.domain.votes.book import Annotation
from shoal_qa.usecases.rules import Rule

Major = tuple[str, int]  # project and guideline major: what one fit is about


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job as it is kept."""

    job_id: str
    project: str
    sample_id: str
    purpose: str
    major: int
    minor: int
    campaign_id: str | None
    revision: int
    job: Job

    @property
    def key(self) -> Major:
        """Return what its fit is about."""
        return self.project, self.major


@dataclass(frozen=True, slots=True)
class KeptAnnotation:
    """A revision of an annotation, and whether an expert gave it."""

    annotation: Annotation
    is_review: bool


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One revision of a label, to be kept."""

    project: str
    job_id: str
    sample_id: str
    revision: int
    state: str
    label: str | None
    probability: float
    evidence: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """An annotation's event and where it came from."""

    event: AnnotationSubmitted
    place: str


class Transaction(Protocol):
    """Everything that changes in one transaction."""

    async def lock_projects(self, projects: Collection[str]) -> None:
        """Wait for others that take in jobs, annotations or erasures of these projects; before any other lock."""

    async def add_jobs(self, jobs: Sequence[LabelingJob]) -> None:
        """Keep jobs; one that is known may only grow in votes. Erased samples' jobs are kept without content."""

    async def add_annotations(self, arrived: Sequence[Arrived]) -> None:
        """Keep revisions; one that is known changes nothing. Those of erased samples are left out."""

    async def lock_jobs(self, job_ids: Collection[str]) -> list[KeptJob]:
        """Return jobs, locked, in the order of their ids."""

    async def annotations_of(self, job_ids: Collection[str]) -> list[KeptAnnotation]:
        """Return every revision of the jobs' annotations."""

    async def save_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Replace what changed of jobs."""

    async def add_labels(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """Keep revisions of labels."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Have messages leave with this transaction."""

    async def blocked(self, project: str) -> set[str]:
        """Return the annotators whose votes have no weight."""

    async def rule(self, project: str) -> Rule:
        """Return the project's rule."""

    async def fit(self, key: Major) -> ProjectFit | None:
        """Return the latest fit."""

    async def majors(self, job_ids: Collection[str]) -> dict[str, int]:
        """Return the guideline major of each job that is known."""

    async def classes(self, key: Major) -> list[str] | None:
        """Return the classes of a guideline's major; None where there is none."""

    async def expired(self, before: datetime, limit: int) -> list[Arrived]:
        """Remove and return annotations received before, whose job never came."""

    async def erase(self, project: str, sample_ids: Collection[str]) -> list[KeptJob]:
        """Forget contents and votes of samples; return their jobs as they were, locked."""

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Keep (project, sample, probability) of chosen samples; a known one stays."""

    async def add_gold(self, project: str, rows: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Keep (sample, label, job) of gold items; return how many are new or changed, which asks for a refit."""


class Database(Protocol):
    """Transactions."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit when the block ends, roll back when it raises."""


@dataclass(frozen=True, slots=True)
class Votes:
    """All votes of a project under one major."""

    given: Given
    seen: int  # the last annotation's seq


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and costs of a project."""

    votes: int
    jobs_open: int
    labels_accepted: int
    reviews_open: int
    spent: float


class Fits(Protocol):
    """Fits and what they are made of."""

    async def due(self) -> list[Major]:
        """Return what has annotations that its fit has not seen."""

    def claim(self, key: Major) -> AbstractAsyncContextManager[bool]:
        """Hold a fit while the block runs; gives False when another replica does."""

    async def votes(self, key: Major) -> Votes:
        """Return all votes."""

    async def keep(self, key: Major, fit: ProjectFit, now: datetime) -> int:
        """Replace a fit; return its number. It stays due until `done`."""

    async def done(self, key: Major, number: int, seen: int) -> None:
        """Keep that everything a fit changes was done, unless it was asked for anew meanwhile."""

    async def gold_elsewhere(self, key: Major) -> dict[str, tuple[int, int]]:
        """Return (right, answered) of each annotator on gold under the project's other majors."""

    async def standings(self, project: str) -> dict[str, Standing]:
        """Return where annotators stand."""

    async def keep_annotators(
        self, project: str, found: Mapping[str, tuple[AnnotatorState, Evidence]]
    ) -> None:
        """Replace what is known of annotators."""

    async def jobs_to_look_at(self, key: Major, after: str, limit: int) -> list[str]:
        """Return ids, in order, of jobs whose label votes can still change."""

    async def totals(self, project: str) -> Totals:
        """Return counts and costs."""

    async def keep_quality(self, project: str, body: Mapping[str, Any], message: OutgoingMessage) -> None:
        """Keep the project's metrics and announce them."""


class Guidelines(Protocol):
    """Guidelines, announced as they are published."""

    async def publish(
        self, project: str, document: Mapping[str, Any], now: datetime
    ) -> tuple[GuidelinePublished, bool]:
        """Keep the next version, unless it equals the latest; return it and whether it is new."""

    async def all(self, project: str) -> list[GuidelinePublished]:
        """Return every version, oldest first."""
