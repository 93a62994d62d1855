"""The gold items of a transaction in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shoal_qa.adapters.postgres.columns import as_columns

_ADD = """
INSERT INTO gold (project, sample_id, label, job_id, added_at)
SELECT $1, sample_id, label, job_id, $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS new (sample_id, label, job_id)
ON CONFLICT (project, sample_id) DO UPDATE SET label = excluded.label, job_id = excluded.job_id
WHERE gold.label <> excluded.label OR gold.job_id <> excluded.job_id
"""


class PostgresGold:
    """Gold items on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, project: str, rows: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Store gold items; return the number of new or changed ones."""
        unique = {row[0]: row for row in rows}
        if not unique:
            return 0
        status: str = await self._conn.execute(
            _ADD, project, *as_columns([unique[sample] for sample in sorted(unique)]), now
        )
        changed = int(status.split()[-1])
        if changed:  # fits with other gold answers are due again, also one that is running
            await self._conn.execute(
                "UPDATE fits SET seen = 0, number = number + 1 WHERE project = $1", project
            )
        return changed
