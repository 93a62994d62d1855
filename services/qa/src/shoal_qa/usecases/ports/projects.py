"""Projects of a transaction: their locks, and what their jobs are judged by."""

from collections.abc import Collection
from typing import Protocol

from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.usecases.ports.jobs import Major
from shoal_qa.usecases.rules import Rule


class Projects(Protocol):
    """Projects by name."""

    async def lock(self, projects: Collection[str]) -> None:
        """Wait for others that take in jobs, annotations or erasures of these projects; before any other lock."""

    async def rule(self, project: str) -> Rule:
        """Return the project's rule."""

    async def classes(self, key: Major) -> list[str] | None:
        """Return the classes of a guideline's major; None without that guideline."""

    async def fit(self, key: Major) -> ProjectFit | None:
        """Return the latest fit."""

    async def blocked(self, project: str) -> set[str]:
        """Return the annotators whose votes have no weight."""
