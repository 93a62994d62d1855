"""Campaigns and audits as users see and change them, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shoal.contracts.selections import CampaignChanged
from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_sampler.adapters.postgres.budgets import read_audit, read_audit_votes
from shoal_sampler.adapters.postgres.samples import LOCK, lock_name
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.ports import AuditRow, CampaignRow

COUNTS = ("seen", "eligible", "taken", "shared", "duplicates", "jobs")
_ROWS = """
SELECT c.definition, c.votes_reserved, c.seen, c.eligible, c.taken, c.shared, c.duplicates, c.jobs,
    coalesce(d.units, 0) AS taken_today,
    (SELECT count(*) FROM chosen s JOIN labels l USING (project, sample_id)
     WHERE s.campaign_id = c.campaign_id AND l.state <> 'withdrawn') AS labels_accepted
FROM campaigns c
LEFT JOIN days d ON d.project = c.project AND d.policy = 'campaign:' || c.campaign_id AND d.day = $2
WHERE c.project = $1
"""
_ADD = """
INSERT INTO campaigns (campaign_id, project, name, state, version, definition, votes_budget, max_votes,
                       until, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING
"""
_REPLACE = """
UPDATE campaigns SET state = $2, version = $3, definition = $4, votes_budget = $5, max_votes = $6,
    until = $7, changed_at = $8
WHERE campaign_id = $1 AND version = $3 - 1 AND votes_reserved <= $5
"""
_RECOVER = """
INSERT INTO campaigns (campaign_id, project, name, state, version, definition, votes_budget, max_votes,
                       until, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
ON CONFLICT (campaign_id) DO UPDATE SET state = excluded.state, version = excluded.version,
    definition = excluded.definition, votes_budget = excluded.votes_budget, max_votes = excluded.max_votes,
    until = excluded.until, changed_at = excluded.changed_at
WHERE campaigns.version < excluded.version
"""
_PUT_AUDIT = """
INSERT INTO audits (project, rate, votes, max_votes, votes_per_day, version, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (project) DO UPDATE SET rate = $2, votes = $3, max_votes = $4, votes_per_day = $5, version = $6,
    changed_at = $7
"""


class PostgresCampaigns:
    """Writes a row and its event in one transaction, under the project's lock: no window runs meanwhile."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def add(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Store a new campaign; return False if the project already has one of that name."""
        return await self._write(message, event.project, _ADD, *_campaign_columns(event))

    async def replace(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Store the next version.

        Returns False if another version came first, or more votes are already reserved.
        """
        return await self._write(
            message,
            event.project,
            _REPLACE,
            event.campaign_id,
            event.state,
            event.version,
            event.model_dump(mode="json"),
            *_campaign_terms(event),
            event.changed_at,
        )

    async def recover(self, events: Sequence[CampaignChanged]) -> int:
        """Store announced versions that are newer than the stored ones; return their number."""
        statuses = [await self._pool.execute(_RECOVER, *_campaign_columns(event)) for event in events]
        return sum(int(status.split()[-1]) for status in statuses)

    async def list(self, project: str, now: datetime) -> list[CampaignRow]:
        """Return a project's campaigns, oldest first."""
        rows = await self._pool.fetch(_ROWS + "ORDER BY c.created_at, c.name", project, now.date())
        return [_campaign_row(row) for row in rows]

    async def get(self, project: str, campaign_id: str, now: datetime) -> CampaignRow | None:
        """Return one campaign, by its id or its name."""
        row = await self._pool.fetchrow(
            _ROWS + "AND (c.campaign_id = $3 OR c.name = $3)", project, now.date(), campaign_id
        )
        return None if row is None else _campaign_row(row)

    async def unfinished(self, project: str) -> set[str]:
        """Return the ids of the project's campaigns that are not done."""
        rows = await self._pool.fetch(
            "SELECT campaign_id FROM campaigns WHERE project = $1 AND state <> 'done'", project
        )
        return {row["campaign_id"] for row in rows}

    async def waiting(self, project: str) -> int:
        """Return how many of the project's samples wait for a window."""
        return int(await self._pool.fetchval("SELECT count(*) FROM waiting WHERE project = $1", project))

    async def decided(self, project: str) -> int:
        """Return how many of the project's samples have a decision."""
        return int(await self._pool.fetchval("SELECT count(*) FROM decisions WHERE project = $1", project))

    async def _write(self, message: OutgoingMessage, project: str, sql: str, *values: Any) -> bool:
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(LOCK, lock_name(project))
            status = await conn.execute(sql, *values)
            if not status.endswith(" 1"):
                return False
            await self._outbox.add_checked(conn, [message])
            return True


class PostgresAudits:
    """One audit per project."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def get(self, project: str, now: datetime) -> AuditRow | None:
        """Return a project's audit and what it spent; None if the project has none."""
        audit = await read_audit(self._pool, project)
        return None if audit is None else AuditRow(audit, *await self.spent(project, now))

    async def put(self, project: str, audit: Audit, now: datetime) -> None:
        """Replace a project's audit."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(LOCK, lock_name(project))
            await conn.execute(
                _PUT_AUDIT,
                project,
                audit.rate,
                audit.votes,
                audit.max_votes,
                audit.votes_per_day,
                audit.version,
                now,
            )

    async def spent(self, project: str, now: datetime) -> tuple[int, int]:
        """Return the votes that the audit spent today, and its jobs of all time."""
        jobs = await self._pool.fetchval(
            "SELECT count(*) FROM chosen WHERE project = $1 AND purpose = 'audit'", project
        )
        return await read_audit_votes(self._pool, project, now), int(jobs)


def _campaign_columns(event: CampaignChanged) -> tuple[Any, ...]:
    """Return the columns of a new row."""
    return (
        event.campaign_id,
        event.project,
        event.name,
        event.state,
        event.version,
        event.model_dump(mode="json"),
        *_campaign_terms(event),
        event.changed_at,
    )


def _campaign_terms(event: CampaignChanged) -> tuple[Any, ...]:
    return event.budget["votes"], event.labeling["max_votes"], event.until


def _campaign_row(row: Any) -> CampaignRow:
    return CampaignRow(
        CampaignChanged.model_validate(row["definition"]),
        row["votes_reserved"],
        row["taken_today"],
        {name: row[name] for name in (*COUNTS, "labels_accepted")},
    )
