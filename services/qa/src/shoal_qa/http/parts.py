"""The use cases and reports that the routes call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends

from shoal.http.application import parts_of
from shoal_qa.usecases.ask_again import AskAgain
from shoal_qa.usecases.datasets.export_version import ExportVersion
from shoal_qa.usecases.datasets.files import FindVersion, OpenDatasetFile
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.datasets.rebuild import RebuildVersion
from shoal_qa.usecases.evaluation.preview import PreviewRule
from shoal_qa.usecases.gold import AddGold
from shoal_qa.usecases.label_errors.find import FindLabelErrors
from shoal_qa.usecases.ports import AuditedCount, DatasetRegistry, Guidelines
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

Row = dict[str, Any]


class Rules(Protocol):
    """The rules of projects."""

    async def get(self, project: str) -> Rule:
        """Return a project's rule."""

    async def put(self, project: str, rule: Rule, now: datetime) -> None:
        """Replace a project's rule."""


class Reports(Protocol):
    """Read-only queries of the routes."""

    async def labels(self, project: str, after: int, limit: int) -> list[Row]:
        """Return labels that changed after `after`."""

    async def annotations(self, project: str, after: int, limit: int) -> list[Row]:
        """Return revisions of annotations after `after`, in the order of arrival."""

    async def votes(self, project: str, job_ids: list[str]) -> list[Row]:
        """Return the votes of the project's jobs."""

    async def job(self, project: str, job_id: str) -> Row | None:
        """Return a job."""

    async def quality(self, project: str) -> Row | None:
        """Return the metrics as last measured."""

    async def annotators(self, project: str) -> list[Row]:
        """Return annotators."""

    async def reviews(self, project: str, limit: int) -> list[Row]:
        """Return jobs that wait for an expert."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return counts by model version and rate, the versions with the newest samples first."""

    async def jobs_by_state(self, project: str) -> dict[str, int]:
        """Return the number of jobs in each state."""

    async def gold(self, project: str) -> list[Row]:
        """Return gold items with the number of their answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Use cases and reports."""

    guidelines: Guidelines
    ask_again: AskAgain
    rules: Rules
    preview_rule: PreviewRule
    add_gold: AddGold
    reports: Reports
    decide_review: DecideReview
    find_label_errors: FindLabelErrors
    freeze_dataset: FreezeDataset
    datasets: DatasetRegistry
    find_version: FindVersion
    open_file: OpenDatasetFile
    export_dataset: ExportVersion
    rebuild_version: RebuildVersion
    clock: Callable[[], datetime]


Wired = Annotated[Parts, Depends(parts_of)]
