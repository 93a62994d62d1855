"""The sampler's state in PostgreSQL; a project is locked while its samples are decided on."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import ormsgpack

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import CampaignChanged
from shoal_sampler.adapters.postgres.budgets import (
    PostgresBudgets,
    read_audit,
    read_has_policy,
    read_spendings,
)
from shoal_sampler.adapters.postgres.chosen_samples import PostgresChosenSamples
from shoal_sampler.adapters.postgres.decisions import PostgresDecisions
from shoal_sampler.adapters.postgres.waiting import PostgresWaiting
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.ports import Project, Spending

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_WAIT = """
INSERT INTO waiting (project, sample_id, arrived_at, event)
SELECT $1, sample_id, $4, event
FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS new (sample_id, event, place)
WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.project = $1 AND d.sample_id = new.sample_id)
  AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.project = $1 AND d.parent_id = new.sample_id)
ORDER BY place -- joins return rows in any order, and seq must follow that of arrival
ON CONFLICT DO NOTHING
"""
_LABEL = """
INSERT INTO labels (project, sample_id, revision, state, label)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
ON CONFLICT (project, sample_id) DO UPDATE
SET revision = excluded.revision, state = excluded.state, label = excluded.label
WHERE labels.revision < excluded.revision
"""


def lock_name(project: str) -> str:
    """Return the name of a project's lock."""
    return f"sampler.{project}"


class PostgresStore:
    """The store on a connection pool; holds no state in memory."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @asynccontextmanager
    async def project(self, project: str) -> AsyncIterator[Project]:
        """Open a project under its lock."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(LOCK, lock_name(project))
            yield Project(
                PostgresWaiting(conn, project),
                PostgresBudgets(conn, project),
                PostgresChosenSamples(conn, project),
                PostgresDecisions(conn, project),
            )

    async def in_force(self, project: str, now: datetime) -> list[Spending]:
        """Return the active campaigns that have votes and time left, without a lock."""
        return await read_spendings(self._pool, project, now)

    async def has_policy(self, project: str) -> bool:
        """Return whether a campaign of the project ever started, or its audit was set; without a lock."""
        return await read_has_policy(self._pool, project)

    async def audit(self, project: str) -> Audit | None:
        """Return the project's audit, None for the default; without a lock."""
        return await read_audit(self._pool, project)

    async def definitions(self, campaign_ids: Collection[str]) -> list[CampaignChanged]:
        """Return the current definitions of campaigns."""
        rows = await self._pool.fetch(
            "SELECT definition FROM campaigns WHERE campaign_id = ANY($1::text[])", list(campaign_ids)
        )
        return [CampaignChanged.model_validate(row["definition"]) for row in rows]

    async def wait(self, project: str, events: Sequence[SampleEmbedded], now: datetime) -> None:
        """Store samples that wait for a window, in order of their ids, so that batches cannot deadlock."""
        packed = {event.sample_id: ormsgpack.packb(event.model_dump()) for event in events}
        ids = sorted(packed)
        await self._pool.execute(_WAIT, project, ids, [packed[sample_id] for sample_id in ids], now)

    async def projects_waiting(self) -> list[str]:
        """Return the projects in which samples wait."""
        rows = await self._pool.fetch("SELECT DISTINCT project FROM waiting ORDER BY project")
        return [row["project"] for row in rows]

    async def label(self, labels: Sequence[LabelAccepted]) -> None:
        """Store the highest revision of each sample's label."""
        latest: dict[tuple[str, str], LabelAccepted] = {}
        for label in sorted(labels, key=lambda label: label.revision):
            latest[label.project, label.sample_id] = label
        rows = [(*key, label.revision, label.state, label.label) for key, label in sorted(latest.items())]
        if rows:
            await self._pool.execute(_LABEL, *(list(column) for column in zip(*rows, strict=True)))
