"""Jobs, labels, erasures, gold, inclusion."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from shoal.contracts.labels import LabelingJob
from shoal_qa.domain.jobs.lifecycle import Job
from shoal_qa.usecases.ports import KeptJob, LabelRow

_ADD = """
INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, content, campaign_id, group_key, predicted,
                  model, state, wanted, most)
SELECT new.job_id, new.project, new.sample_id, new.purpose, new.major, new.minor,
       CASE WHEN e.sample_id IS NULL THEN new.content END, new.campaign_id, new.group_key, new.predicted, new.model,
       CASE WHEN e.sample_id IS NULL THEN 'open' ELSE 'erased' END, least(new.wanted, new.most), new.most
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::jsonb[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::int[], $13::int[])
     AS new (job_id, project, sample_id, purpose, major, minor, content, campaign_id, group_key, predicted, model,
             wanted, most)
LEFT JOIN erased e ON e.project = new.project AND e.sample_id = new.sample_id
ON CONFLICT (job_id) DO UPDATE SET most = greatest(jobs.most, excluded.most)
WHERE excluded.most > jobs.most
"""
_COLUMNS = """
job_id, project, sample_id, purpose, major, minor, campaign_id, revision, state, wanted, most, round, label, decided
"""
_SAVE = """
UPDATE jobs SET state = new.state, wanted = new.wanted, round = new.round, label = new.label,
    decided = new.decided, revision = new.revision
FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::bool[], $7::int[])
     AS new (job_id, state, wanted, round, label, decided, revision)
WHERE jobs.job_id = new.job_id
"""
_LABELS = """
INSERT INTO labels (project, job_id, sample_id, revision, state, label, probability, evidence, reason, accepted_at)
SELECT *, $10 FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::float8[],
                          $8::jsonb[], $9::text[])
"""
_GOLD = """
INSERT INTO gold (project, sample_id, label, job_id, added_at)
SELECT $1, sample_id, label, job_id, $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS new (sample_id, label, job_id)
ON CONFLICT (project, sample_id) DO UPDATE SET label = excluded.label, job_id = excluded.job_id
WHERE gold.label <> excluded.label OR gold.job_id <> excluded.job_id
"""
_INCLUSION = """
INSERT INTO inclusion (project, sample_id, probability)
SELECT * FROM unnest($1::text[], $2::text[], $3::float8[]) ON CONFLICT DO NOTHING
"""


class Jobs:
    """The jobs' part of a transaction on `conn`."""

    conn: Any

    async def add_jobs(self, jobs: Sequence[LabelingJob]) -> None:
        """Keep jobs; in one order of ids for everybody, so that batches never wait for each other."""
        unique = {job.job_id: job for job in sorted(jobs, key=lambda job: job.max_votes)}
        rows = [_row(unique[job_id]) for job_id in sorted(unique)]
        if rows:
            await self.conn.execute(_ADD, *columns(rows))

    async def lock_jobs(self, job_ids: Collection[str]) -> list[KeptJob]:
        """Return jobs, locked, in the order of their ids."""
        rows = await self.conn.fetch(
            f"SELECT {_COLUMNS} FROM jobs WHERE job_id = ANY($1::text[]) ORDER BY job_id FOR UPDATE",
            list(job_ids),
        )
        return [_kept(row) for row in rows]

    async def majors(self, job_ids: Collection[str]) -> dict[str, int]:
        """Return the guideline major of each job that is known."""
        rows = await self.conn.fetch(
            "SELECT job_id, major FROM jobs WHERE job_id = ANY($1::text[])", list(job_ids)
        )
        return {row["job_id"]: row["major"] for row in rows}

    async def save_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Replace what changed of jobs."""
        rows = [
            (
                kept.job_id,
                kept.job.state,
                kept.job.wanted,
                kept.job.round,
                kept.job.label,
                kept.job.decided,
                kept.revision,
            )
            for kept in jobs
        ]
        if rows:
            await self.conn.execute(_SAVE, *columns(rows))

    async def add_labels(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """Keep revisions of labels."""
        values = [
            (
                row.project,
                row.job_id,
                row.sample_id,
                row.revision,
                row.state,
                row.label,
                row.probability,
                dict(row.evidence),
                row.reason,
            )
            for row in rows
        ]
        if values:
            await self.conn.execute(_LABELS, *columns(values), now)

    async def erase(self, project: str, sample_ids: Collection[str]) -> list[KeptJob]:
        """Forget contents and votes; return the jobs as they were, locked."""
        ids = sorted(sample_ids)
        await self.conn.execute(
            "INSERT INTO erased SELECT $1, id FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING",
            project,
            ids,
        )
        rows = await self.conn.fetch(
            f"""SELECT {_COLUMNS} FROM jobs WHERE project = $1 AND sample_id = ANY($2::text[])
                ORDER BY job_id FOR UPDATE""",
            project,
            ids,
        )
        await self.conn.execute(
            "UPDATE jobs SET content = NULL WHERE project = $1 AND sample_id = ANY($2::text[])", project, ids
        )
        for table in ("annotations", "gold", "inclusion"):
            await self.conn.execute(
                f"DELETE FROM {table} WHERE project = $1 AND sample_id = ANY($2::text[])", project, ids
            )
        return [_kept(row) for row in rows]

    async def add_gold(self, project: str, rows: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Keep gold items; return how many are new or changed."""
        unique = {row[0]: row for row in rows}
        if not unique:
            return 0
        status: str = await self.conn.execute(
            _GOLD, project, *columns([unique[each] for each in sorted(unique)]), now
        )
        changed = int(status.split()[-1])
        if changed:  # what was fitted with other answers is due again, also a fit that is under way
            await self.conn.execute(
                "UPDATE fits SET seen = 0, number = number + 1 WHERE project = $1", project
            )
        return changed

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Keep inclusion probabilities; a known one stays."""
        await self.conn.execute(_INCLUSION, *columns(sorted({row[:2]: row for row in rows}.values())))


def columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Return rows as columns, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)]


def _row(job: LabelingJob) -> tuple[Any, ...]:
    said = job.prediction
    return (
        job.job_id,
        job.project,
        job.sample_id,
        job.purpose,
        job.guideline.major,
        job.guideline.minor,
        job.content.model_dump(exclude_none=True),
        job.campaign_id,
        job.group,
        said.label if said else None,
        f"{said.model} {said.version}".strip() if said else None,
        job.votes,
        job.max_votes,
    )


def _kept(row: Any) -> KeptJob:
    return KeptJob(
        row["job_id"],
        row["project"],
        row["sample_id"],
        row["purpose"],
        row["major"],
        row["minor"],
        row["campaign_id"],
        row["revision"],
        Job(row["state"], row["wanted"], row["most"], row["round"], row["label"], row["decided"]),
    )
