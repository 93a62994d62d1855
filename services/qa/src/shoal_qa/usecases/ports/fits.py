"""Fits, and the votes they are made of."""

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
        """Return what has annotations that its fit has not seen."""

    def claim(self, key: Major) -> AbstractAsyncContextManager[bool]:
        """Hold a fit while the block runs; gives False when another replica does."""

    async def votes(self, key: Major) -> Votes:
        """Return all votes."""

    async def keep(self, key: Major, fit: ProjectFit, now: datetime) -> int:
        """Replace a fit; return its number. It stays due until `done`."""

    async def finish(self, key: Major, number: int, last_seq: int) -> None:
        """Keep that everything a fit changes was done, unless it was asked for anew meanwhile."""

    async def jobs_to_look_at(self, key: Major, after: str, limit: int) -> list[str]:
        """Return ids, in order, of jobs whose label votes can still change."""
