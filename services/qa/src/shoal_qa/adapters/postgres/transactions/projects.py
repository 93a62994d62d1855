"""The projects of a transaction in PostgreSQL: locks, rules, classes, fits and blocked annotators."""

import asyncio
from collections.abc import Collection
from typing import Any

from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.adapters.files.fits import load_fit
from shoal_qa.adapters.postgres.locks import lock_name
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.usecases.answers.terms import read_schema
from shoal_qa.usecases.ports import Major
from shoal_qa.usecases.rules import Rule

_SCHEMA = """
SELECT document -> 'label_schema' FROM guidelines
WHERE project = $1 AND major = $2 ORDER BY minor DESC LIMIT 1
"""


class FitCache:
    """The latest fits in memory, with their numbers."""

    def __init__(self) -> None:
        self._fits: dict[Major, tuple[int, ProjectFit]] = {}

    def number(self, key: Major) -> int | None:
        """Return the number of the fit in memory."""
        return self._fits[key][0] if key in self._fits else None

    def get(self, key: Major) -> ProjectFit:
        """Return the fit in memory."""
        return self._fits[key][1]

    def put(self, key: Major, number: int, fit: ProjectFit) -> None:
        """Replace the fit in memory."""
        self._fits[key] = number, fit


class PostgresProjects:
    """Projects on one connection."""

    def __init__(self, conn: Any, fits: FitCache) -> None:
        self._conn = conn
        self._fits = fits

    async def lock(self, projects: Collection[str]) -> None:
        """Take the projects' locks in sorted order. With them, seq numbers appear in the order of commits."""
        for project in sorted(set(projects)):
            await lock_name(self._conn, f"qa.arrivals.{project}")

    async def rule(self, project: str) -> Rule:
        """Return the project's rule, or the default."""
        body = await self._conn.fetchval("SELECT body FROM rules WHERE project = $1", project)
        return Rule() if body is None else Rule.model_validate(body)

    async def schema(self, key: Major) -> LabelSchema | None:
        """Return the label schema of a guideline's major, as its newest minor has it."""
        document = await self._conn.fetchval(_SCHEMA, *key)
        return None if document is None else read_schema(document)

    async def blocked(self, project: str) -> set[str]:
        """Return the blocked annotators, whose votes have no weight."""
        rows = await self._conn.fetch(
            "SELECT annotator FROM annotators WHERE project = $1 AND state = 'blocked'", project
        )
        return {row["annotator"] for row in rows}

    async def skills(self, project: str, annotators: Collection[str]) -> dict[str, float]:
        """Return the measured skill of these annotators by name; those not measured so far are left out."""
        rows = await self._conn.fetch(
            "SELECT annotator, skill FROM annotators WHERE project = $1 AND annotator = ANY($2::text[])",
            project,
            sorted(annotators),
        )
        return {row["annotator"]: row["skill"] for row in rows}

    async def fit(self, key: Major) -> ProjectFit | None:
        """Return the latest fit; its bytes are read only if its number changed."""
        number = await self._conn.fetchval("SELECT number FROM fits WHERE project = $1 AND major = $2", *key)
        if number is None:
            return None
        if self._fits.number(key) != number:
            body = await self._conn.fetchval("SELECT body FROM fits WHERE project = $1 AND major = $2", *key)
            fit = await asyncio.to_thread(load_fit, body)
            self._fits.put(key, number, fit)
            return fit
        return self._fits.get(key)
