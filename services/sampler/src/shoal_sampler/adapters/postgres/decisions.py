"""Decisions of a project in PostgreSQL, with their jobs, spending and events."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal.vectors import to_bytes
from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.usecases.ports import Effect, Outcome, SampleJob

_DECIDE = """
INSERT INTO decisions (project, sample_id, taken, policies, decided_at, parent_id)
SELECT $1, sample_id, taken, policies::jsonb, $5, parent_id
FROM unnest($2::text[], $3::bool[], $4::text[], $6::text[]) AS new (sample_id, taken, policies, parent_id)
"""
_ERASE = """
INSERT INTO decisions (project, sample_id, taken, policies, decided_at)
SELECT $1, id, false, '[]', now() FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING
"""
_AMONG = """
SELECT sample_id FROM decisions WHERE project = $1 AND sample_id = ANY($2::text[])
UNION SELECT parent_id FROM decisions WHERE project = $1 AND parent_id = ANY($2::text[])
"""
_CHOOSE = """
INSERT INTO chosen (project, sample_id, generation, vector, content_hash, job_id, purpose, campaign_id,
                    votes, chosen_at)
SELECT $1, sample_id, generation, vector, content_hash, job_id, purpose, campaign_id, votes, $10
FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::int[])
     AS new (sample_id, generation, vector, content_hash, job_id, purpose, campaign_id, votes)
"""
_CHOSEN = """
SELECT sample_id FROM chosen WHERE project = $1 AND sample_id = ANY($2::text[])
"""
_SPEND = """
UPDATE campaigns SET votes_reserved = votes_reserved + $2, jobs = jobs + $3, seen = seen + $4,
    eligible = eligible + $5, taken = taken + $6, shared = shared + $7, duplicates = duplicates + $8,
    credit = coalesce($9, credit)
WHERE campaign_id = $1
"""
_DAY = """
INSERT INTO days (project, policy, day, units) VALUES ($1, $2, $3, $4)
ON CONFLICT (project, policy, day) DO UPDATE SET units = days.units + excluded.units
"""


class PostgresDecisions:
    """Decisions of one project on one connection."""

    def __init__(self, conn: Any, project: str) -> None:
        self._conn = conn
        self._project = project
        self._outbox = Outbox()

    async def among(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision, or crops that have one."""
        rows = await self._conn.fetch(_AMONG, self._project, list(sample_ids))
        return {row["sample_id"] for row in rows}

    async def crops_of(self, sample_ids: Collection[str]) -> dict[str, str]:
        """Return the crops of images that have a decision, each with its image."""
        rows = await self._conn.fetch(
            "SELECT sample_id, parent_id FROM decisions WHERE project = $1 AND parent_id = ANY($2::text[])",
            self._project,
            list(sample_ids),
        )
        return {row["sample_id"]: row["parent_id"] for row in rows}

    async def erase(self, sample_ids: Collection[str], messages: Sequence[OutgoingMessage]) -> None:
        """Delete samples, but keep a decision, so that a sample that arrives again is not labelled."""
        ids = sorted(sample_ids)
        for table in ("waiting", "chosen", "labels"):
            await self._conn.execute(
                f"DELETE FROM {table} WHERE project = $1 AND sample_id = ANY($2::text[])", self._project, ids
            )
        await self._conn.execute(_ERASE, self._project, ids)
        await self._outbox.add(self._conn, messages)

    async def add(self, outcome: Outcome, now: datetime) -> None:
        """Store everything that a window changed; the table's check constraint refuses to exceed a budget."""
        await self._decide(outcome, now)
        for effect in sorted(outcome.effects, key=lambda effect: effect.campaign_id):
            await self._spend(effect, now)
        if outcome.audit_votes:
            await self._conn.execute(_DAY, self._project, AUDIT, now.date(), outcome.audit_votes)
        await self._choose(outcome.sample_jobs, now)
        await self._outbox.add(self._conn, outcome.messages)

    async def recover_chosen(self, sample_jobs: Sequence[SampleJob], now: datetime) -> int:
        """Store chosen samples that are missing, as chosen at `now`; return their number."""
        ids = [job.sample.sample_id for job in sample_jobs]
        rows = await self._conn.fetch(_CHOSEN, self._project, ids)
        stored = {row["sample_id"] for row in rows}
        missing = [job for job in sample_jobs if job.sample.sample_id not in stored]
        await self._choose(missing, now)
        return len(missing)

    async def _choose(self, sample_jobs: Sequence[SampleJob], now: datetime) -> None:
        if sample_jobs:
            columns = zip(*(_chosen_row(job) for job in sample_jobs), strict=True)
            await self._conn.execute(_CHOOSE, self._project, *(list(column) for column in columns), now)

    async def _decide(self, outcome: Outcome, now: datetime) -> None:
        await self._conn.execute(
            _DECIDE,
            self._project,
            [record.sample_id for record in outcome.records],
            [record.is_taken for record in outcome.records],
            [_policies_json(record) for record in outcome.records],
            now,
            [outcome.parents.get(record.sample_id) for record in outcome.records],
        )

    async def _spend(self, effect: Effect, now: datetime) -> None:
        await self._conn.execute(
            _SPEND,
            effect.campaign_id,
            effect.votes,
            effect.jobs,
            effect.samples_seen,
            effect.eligible,
            effect.samples_taken,
            effect.shared,
            effect.duplicates,
            effect.credit,
        )
        if effect.jobs:
            policy = f"campaign:{effect.campaign_id}"
            await self._conn.execute(_DAY, self._project, policy, now.date(), effect.jobs)


def _policies_json(record: Record) -> str:
    """Return the policies as JSON text.

    The driver would read an array of lists as an array of two dimensions.
    """
    return orjson.dumps(
        [
            {
                "policy": decision.policy,
                "version": decision.version,
                "p": decision.probability,
                "taken": decision.is_taken,
            }
            for decision in record.decisions
        ]
    ).decode()


def _chosen_row(job: SampleJob) -> tuple[Any, ...]:
    sample = job.sample
    return (
        sample.sample_id,
        sample.generation,
        to_bytes(sample.vector),
        sample.content_hash,
        job.job_id,
        job.purpose,
        job.campaign_id,
        job.votes,
    )
