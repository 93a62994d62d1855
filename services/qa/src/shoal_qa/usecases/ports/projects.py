"""The projects of a transaction: locks, rules, classes, fits and blocked annotators."""

from collections.abc import Collection
from typing import Protocol

from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.usecases.ports.jobs import Major
from shoal_qa.usecases.rules import Rule


class Projects(Protocol):
    """Projects by name."""

    async def lock(self, projects: Collection[str]) -> None:
        """Wait for other transactions that record jobs, annotations or erasures of these projects.

        Call it before any other lock is taken.
        """

    async def rule(self, project: str) -> Rule:
        """Return the project's rule."""

    async def schema(self, key: Major) -> LabelSchema | None:
        """Return the label schema of a guideline's major; None without that guideline."""

    async def fit(self, key: Major) -> ProjectFit | None:
        """Return the latest fit."""

    async def blocked(self, project: str) -> set[str]:
        """Return the blocked annotators, whose votes have no weight."""

    async def skills(self, project: str, annotators: Collection[str]) -> dict[str, float]:
        """Return the measured skill of these annotators by name; those not measured so far are left out."""
