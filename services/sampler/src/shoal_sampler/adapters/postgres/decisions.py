"""One project under its lock, in one transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
import ormsgpack

from shoal.contracts.samples import SampleEmbedded
from shoal.persistence import Outbox
from shoal.vectors import to_bytes
from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.usecases.ports import Chosen, Effect, Outcome, Queue, Spending

_IN_FORCE = """
SELECT c.campaign_id, c.version, c.votes_reserved, c.credit, coalesce(d.units, 0) AS taken_today
FROM campaigns c
LEFT JOIN days d ON d.project = c.project AND d.policy = 'campaign:' || c.campaign_id AND d.day = $3
WHERE c.project = $1 AND c.state = 'active' AND (c.until IS NULL OR c.until > $2)
  AND c.votes_budget - c.votes_reserved >= c.max_votes
ORDER BY c.campaign_id
"""
_AUDIT = """
SELECT rate, votes, max_votes, votes_per_day, version FROM audits WHERE project = $1
"""
_CHOSEN_SINCE = """
SELECT seq, sample_id, vector FROM (
    SELECT seq, sample_id, vector FROM chosen
    WHERE project = $1 AND generation = $2 AND seq > $3 ORDER BY seq DESC LIMIT $4
) latest ORDER BY seq
"""
_DECIDE = """
INSERT INTO decisions (project, sample_id, taken, policies, decided_at)
SELECT $1, sample_id, taken, policies::jsonb, $5
FROM unnest($2::text[], $3::bool[], $4::text[]) AS new (sample_id, taken, policies)
"""
_CHOOSE = """
INSERT INTO chosen (project, sample_id, generation, vector, content_hash, job_id, purpose, campaign_id,
                    votes, chosen_at)
SELECT $1, sample_id, generation, vector, content_hash, job_id, purpose, campaign_id, votes, $10
FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::int[])
     AS new (sample_id, generation, vector, content_hash, job_id, purpose, campaign_id, votes)
"""
_SPEND = """
UPDATE campaigns SET votes_reserved = votes_reserved + $2, jobs = jobs + $3, seen = seen + $4,
    eligible = eligible + $5, taken = taken + $6, shared = shared + $7, duplicates = duplicates + $8,
    credit = $9
WHERE campaign_id = $1
"""
_DAY = """
INSERT INTO days (project, policy, day, units) VALUES ($1, $2, $3, $4)
ON CONFLICT (project, policy, day) DO UPDATE SET units = days.units + excluded.units
"""


async def spendings(conn: Any, project: str, now: datetime) -> list[Spending]:
    """Return the active campaigns with votes and time left."""
    return [Spending(**row) for row in await conn.fetch(_IN_FORCE, project, now, now.date())]


async def audit_of(conn: Any, project: str) -> Audit | None:
    """Return a project's audit, None where nobody has set one."""
    row = await conn.fetchrow(_AUDIT, project)
    return None if row is None else Audit(**row)


async def audit_votes(conn: Any, project: str, now: datetime) -> int:
    """Return the audit's votes of today."""
    return int(
        await conn.fetchval(
            "SELECT units FROM days WHERE project = $1 AND policy = $2 AND day = $3",
            project,
            AUDIT,
            now.date(),
        )
        or 0
    )


class PostgresProject:
    """The tables of one project on one connection."""

    def __init__(self, conn: Any, project: str, outbox: Outbox) -> None:
        self._conn = conn
        self._project = project
        self._outbox = outbox

    async def queue(self) -> Queue:
        """Return how many samples wait and since when."""
        row = await self._conn.fetchrow(
            "SELECT count(*) AS count, min(arrived_at) AS oldest FROM waiting WHERE project = $1",
            self._project,
        )
        return Queue(row["count"], row["oldest"])

    async def waiting(self, limit: int) -> list[SampleEmbedded]:
        """Return the oldest waiting samples."""
        rows = await self._conn.fetch(
            "SELECT event FROM waiting WHERE project = $1 ORDER BY seq LIMIT $2", self._project, limit
        )
        return [SampleEmbedded.model_validate(ormsgpack.unpackb(row["event"])) for row in rows]

    async def drop_waiting(self, sample_ids: Collection[str]) -> None:
        """Let samples wait no longer."""
        await self._conn.execute(
            "DELETE FROM waiting WHERE project = $1 AND sample_id = ANY($2::text[])",
            self._project,
            list(sample_ids),
        )

    async def decided(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision."""
        rows = await self._conn.fetch(
            "SELECT sample_id FROM decisions WHERE project = $1 AND sample_id = ANY($2::text[])",
            self._project,
            list(sample_ids),
        )
        return {row["sample_id"] for row in rows}

    async def in_force(self, now: datetime) -> list[Spending]:
        """Return the active campaigns with votes and time left."""
        return await spendings(self._conn, self._project, now)

    async def audit(self, now: datetime) -> tuple[Audit | None, int]:
        """Return the audit and the votes it has spent today."""
        return await audit_of(self._conn, self._project), await audit_votes(self._conn, self._project, now)

    async def chosen_hashes(self, hashes: Collection[bytes]) -> set[bytes]:
        """Return which contents are chosen already."""
        rows = await self._conn.fetch(
            "SELECT content_hash FROM chosen WHERE project = $1 AND content_hash = ANY($2::bytea[])",
            self._project,
            list(hashes),
        )
        return {row["content_hash"] for row in rows}

    async def chosen_since(
        self, generation: str, seq: int, limit: int
    ) -> tuple[int, list[tuple[str, bytes]]]:
        """Return the last `limit` samples chosen after `seq`, and the last one's seq."""
        rows = await self._conn.fetch(_CHOSEN_SINCE, self._project, generation, seq, limit)
        last = rows[-1]["seq"] if rows else seq
        return last, [(row["sample_id"], row["vector"]) for row in rows]

    async def keep(self, outcome: Outcome, now: datetime) -> None:
        """Keep everything that a window changed; the table's own check refuses an overrun."""
        await self._decide(outcome, now)
        for effect in sorted(outcome.effects, key=lambda each: each.campaign_id):
            await self._spend(effect, now)
        if outcome.audit_votes:
            await self._conn.execute(_DAY, self._project, AUDIT, now.date(), outcome.audit_votes)
        if outcome.chosen:
            columns = zip(*(_chosen(each) for each in outcome.chosen), strict=True)
            await self._conn.execute(_CHOOSE, self._project, *(list(column) for column in columns), now)
        await self._outbox.add(self._conn, outcome.messages)

    async def _decide(self, outcome: Outcome, now: datetime) -> None:
        await self._conn.execute(
            _DECIDE,
            self._project,
            [record.sample_id for record in outcome.records],
            [record.taken for record in outcome.records],
            [_policies(record) for record in outcome.records],
            now,
        )

    async def _spend(self, effect: Effect, now: datetime) -> None:
        await self._conn.execute(
            _SPEND,
            effect.campaign_id,
            effect.votes,
            effect.jobs,
            effect.seen,
            effect.eligible,
            effect.taken,
            effect.shared,
            effect.duplicates,
            effect.credit,
        )
        if effect.jobs:
            policy = f"campaign:{effect.campaign_id}"
            await self._conn.execute(_DAY, self._project, policy, now.date(), effect.jobs)


def _policies(record: Record) -> str:
    """Return the policies as JSON text: an array of lists would be taken for an array of two dimensions."""
    return orjson.dumps(
        [
            {"policy": each.policy, "version": each.version, "p": each.probability, "taken": each.taken}
            for each in record.decisions
        ]
    ).decode()


def _chosen(chosen: Chosen) -> tuple[Any, ...]:
    sample = chosen.sample
    return (
        sample.sample_id,
        sample.generation,
        to_bytes(sample.vector),
        sample.content_hash,
        chosen.job_id,
        chosen.purpose,
        chosen.campaign_id,
        chosen.votes,
    )
