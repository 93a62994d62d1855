"""Numbers of all projects for metrics, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.waits import Progress
from shoal_sampler.usecases.ports import AuditTally, CampaignTally, Queue

_MOST = 10_000
"""Most campaigns of a pass; a metric has fewer series."""
_CAMPAIGNS = """
SELECT c.project, c.name, c.state, c.until, c.votes_budget, c.votes_reserved, c.max_votes, c.samples_per_day,
    c.seen, c.eligible, c.taken, c.shared, c.duplicates, c.jobs, coalesce(d.units, 0) AS taken_today
FROM campaigns c
LEFT JOIN days d ON d.project = c.project AND d.policy = 'campaign:' || c.campaign_id AND d.day = $1
WHERE c.state IN ('draft', 'active', 'paused') OR (c.state = 'done' AND c.changed_at > $2)
ORDER BY c.state <> 'active', c.changed_at DESC LIMIT $3
"""
# One index scan of the project's samples, and the first of them: their order is that of their arrival.
_WAITING = """
SELECT w.project, w.count, o.arrived_at
FROM (SELECT project, count(*) AS count FROM waiting GROUP BY project) w
CROSS JOIN LATERAL (SELECT arrived_at FROM waiting WHERE project = w.project ORDER BY seq LIMIT 1) o
"""
_AUDITS = """
SELECT p.project, a.votes_per_day, a.rate, coalesce(d.units, 0) AS reserved
FROM unnest($1::text[]) AS p (project)
LEFT JOIN audits a USING (project)
LEFT JOIN days d ON d.project = p.project AND d.policy = $2 AND d.day = $3
"""


class PostgresTallies:
    """Numbers of all projects, read without a lock."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def campaigns(self, now: datetime, done_since: datetime) -> Sequence[CampaignTally]:
        """Return the campaigns, active ones first; those that were done before `done_since` are left out."""
        rows = await self._pool.fetch(_CAMPAIGNS, now.date(), done_since, _MOST)
        return [_campaign_tally(row) for row in rows]

    async def waiting(self) -> Mapping[str, Queue]:
        """Return the waiting samples by project, for projects in which samples wait."""
        rows = await self._pool.fetch(_WAITING)
        return {row["project"]: Queue(row["count"], row["arrived_at"]) for row in rows}

    async def audits(self, projects: Collection[str], now: datetime) -> Mapping[str, AuditTally]:
        """Return the audit's votes in each of the projects."""
        rows = await self._pool.fetch(_AUDITS, list(projects), AUDIT, now.date())
        return {row["project"]: _audit_tally(row) for row in rows}


def _campaign_tally(row: Any) -> CampaignTally:
    return CampaignTally(
        project=row["project"],
        name=row["name"],
        progress=Progress(
            state=row["state"],
            until=row["until"],
            votes_budget=row["votes_budget"],
            votes_reserved=row["votes_reserved"],
            max_votes=row["max_votes"],
            samples_per_day=row["samples_per_day"],
            taken_today=row["taken_today"],
            samples_seen=row["seen"],
            eligible=row["eligible"],
            samples_taken=row["taken"],
        ),
        shared=row["shared"],
        duplicates=row["duplicates"],
        jobs=row["jobs"],
    )


def _audit_tally(row: Any) -> AuditTally:
    """Return an audit's votes; one that takes nothing has no budget."""
    budget = 0 if row["rate"] == 0 else row["votes_per_day"]
    return AuditTally(votes_per_day=budget, reserved=row["reserved"])
