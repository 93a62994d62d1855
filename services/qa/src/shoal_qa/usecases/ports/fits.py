"""Fits, and the votes they are made from."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import ProjectVotes
from shoal_qa.usecases.ports.jobs import Major


@dataclass(frozen=True, slots=True)
class Votes:
    """All votes of a project under one major."""

    project_votes: ProjectVotes
    last_seq: int  # the last annotation's seq


class Fits(Protocol):
    """Fits by project and major."""

    async def due(self) -> list[Major]:
        """Return the projects and majors with annotations that are newer than their fit."""

    def claim(self, key: Major) -> AbstractAsyncContextManager[bool]:
        """Hold a fit while the block runs; yields False if another replica holds it."""

    async def majors(self, project: str) -> list[Major]:
        """Return the majors of a project that have annotations."""

    async def votes(self, key: Major, last_job: str | None = None) -> Votes:
        """Return all votes; with `last_job` those of jobs up to this id, and of all gold items."""

    async def keep(self, key: Major, fit: ProjectFit, now: datetime) -> int:
        """Replace a fit; return its number. It stays due until `finish`."""

    async def finish(self, key: Major, number: int, last_seq: int) -> None:
        """Mark a fit as evaluated up to `last_seq`, unless the rule or gold changed since."""

    async def jobs_to_evaluate(self, key: Major, after: str, limit: int) -> list[str]:
        """Return the sorted ids of jobs whose label votes can still change."""

    async def count_jobs(self, key: Major) -> int:
        """Return the number of jobs whose label votes can still change."""
