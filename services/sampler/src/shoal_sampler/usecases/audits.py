"""The random audit of a project: read and change it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.ports import AuditRow, Audits


class ManageAudits:
    """Audits of projects; `default` applies to projects without their own."""

    def __init__(self, audits: Audits, default: Audit, clock: Callable[[], datetime]) -> None:
        self._audits = audits
        self._default = default
        self._clock = clock

    async def get(self, project: str) -> AuditRow:
        """Return the audit in force and what it has spent."""
        now = self._clock()
        return await self._audits.get(project, now) or AuditRow(
            self._default, *await self._audits.spent(project, now)
        )

    async def put(self, project: str, audit: Audit) -> AuditRow:
        """Replace the audit; its version grows if anything changes."""
        present = (await self.get(project)).audit
        if replace(audit, version=present.version) != present:
            await self._audits.put(project, replace(audit, version=present.version + 1), self._clock())
        return await self.get(project)
