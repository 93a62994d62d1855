"""What the routes need; main puts it together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends

from shoal.http.application import parts_of
from shoal_qa.usecases.datasets import FreezeDataset
from shoal_qa.usecases.gold import AddGold
from shoal_qa.usecases.ports import AuditedCount, Guidelines
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

Row = dict[str, Any]


class Rules(Protocol):
    """The rules of projects."""

    async def get(self, project: str) -> Rule:
        """Return a project's rule."""

    async def put(self, project: str, rule: Rule, now: datetime) -> None:
        """Replace it."""


class Registry(Protocol):
    """Dataset versions."""

    async def all(self, project: str) -> list[Row]:
        """Return all manifests of a project."""

    async def get(self, project: str, dataset: str, version: str) -> Row | None:
        """Return one."""


class Reports(Protocol):
    """What people ask."""

    async def labels(self, project: str, after: int, limit: int) -> list[Row]:
        """Return labels that changed after `after`."""

    async def annotations(self, project: str, after: int, limit: int) -> list[Row]:
        """Return annotations by revision, as they came."""

    async def votes(self, job_ids: list[str]) -> list[Row]:
        """Return jobs' votes."""

    async def job(self, project: str, job_id: str) -> Row | None:
        """Return a job."""

    async def quality(self, project: str) -> Row | None:
        """Return the metrics as last measured."""

    async def annotators(self, project: str) -> list[Row]:
        """Return annotators."""

    async def reviews(self, project: str, limit: int) -> list[Row]:
        """Return jobs that wait for an expert."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return what the audit took, a version's rates side by side, newest versions first."""

    async def jobs_by_state(self, project: str) -> dict[str, int]:
        """Return how many jobs are in each state."""

    async def gold(self, project: str) -> list[Row]:
        """Return gold items as they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Use cases and reports."""

    guidelines: Guidelines
    rules: Rules
    add_gold: AddGold
    reports: Reports
    decide_review: DecideReview
    freeze_dataset: FreezeDataset
    datasets: Registry
    clock: Callable[[], datetime]


Wired = Annotated[Parts, Depends(parts_of)]
