"""Budgets of a project, in PostgreSQL."""

from datetime import datetime
from typing import Any

from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.ports import Spending

_IN_FORCE = """
SELECT c.campaign_id, c.version, c.votes_reserved, c.credit, coalesce(d.units, 0) AS taken_today
FROM campaigns c
LEFT JOIN days d ON d.project = c.project AND d.policy = 'campaign:' || c.campaign_id AND d.day = $3
WHERE c.project = $1 AND c.state = 'active' AND (c.until IS NULL OR c.until > $2)
  AND c.votes_budget - c.votes_reserved >= c.max_votes
ORDER BY c.campaign_id
"""
_HAS_POLICY = """
SELECT EXISTS (SELECT 1 FROM campaigns WHERE project = $1 AND state <> 'draft')
    OR EXISTS (SELECT 1 FROM audits WHERE project = $1)
"""
_AUDIT = """
SELECT rate, votes, max_votes, votes_per_day, version FROM audits WHERE project = $1
"""


async def read_spendings(conn: Any, project: str, now: datetime) -> list[Spending]:
    """Return the active campaigns that have votes and time left."""
    return [Spending(**row) for row in await conn.fetch(_IN_FORCE, project, now, now.date())]


async def read_has_policy(conn: Any, project: str) -> bool:
    """Return whether a campaign of the project ever started (drafts did not), or its audit was set."""
    return bool(await conn.fetchval(_HAS_POLICY, project))


async def read_audit(conn: Any, project: str) -> Audit | None:
    """Return a project's audit, None for the default."""
    row = await conn.fetchrow(_AUDIT, project)
    return None if row is None else Audit(**row)


async def read_audit_votes(conn: Any, project: str, now: datetime) -> int:
    """Return the votes that the audit spent today."""
    return int(
        await conn.fetchval(
            "SELECT units FROM days WHERE project = $1 AND policy = $2 AND day = $3",
            project,
            AUDIT,
            now.date(),
        )
        or 0
    )


class PostgresBudgets:
    """Budgets of one project on one connection."""

    def __init__(self, conn: Any, project: str) -> None:
        self._conn = conn
        self._project = project

    async def in_force(self, now: datetime) -> list[Spending]:
        """Return the active campaigns that have votes and time left."""
        return await read_spendings(self._conn, self._project, now)

    async def has_policy(self) -> bool:
        """Return whether a campaign of the project ever started, or its audit was set."""
        return await read_has_policy(self._conn, self._project)

    async def audit(self, now: datetime) -> tuple[Audit | None, int]:
        """Return the audit and the votes it spent today."""
        return await read_audit(self._conn, self._project), await read_audit_votes(
            self._conn, self._project, now
        )
