"""The labels of a transaction in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.adapters.postgres.locks import lock_name
from shoal_qa.usecases.ports import LabelRow

_ADD = """
INSERT INTO labels (project, job_id, sample_id, revision, state, label, probability, evidence, reason, answer,
                    accepted_at)
SELECT *, $11 FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::float8[],
                          $8::jsonb[], $9::text[], $10::jsonb[])
"""


class PostgresLabels:
    """Labels on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """Store revisions of labels in the order of commits: readers continue from the last seq they saw."""
        for project in sorted({row.project for row in rows}):
            await lock_name(self._conn, f"qa.labels.{project}")
        if rows:
            await self._conn.execute(_ADD, *as_columns([_label_values(row) for row in rows]), now)


def _label_values(row: LabelRow) -> tuple[Any, ...]:
    return (
        row.project,
        row.job_id,
        row.sample_id,
        row.revision,
        row.state,
        row.label,
        row.probability,
        dict(row.evidence),
        row.reason,
        None if row.answer is None else row.answer.model_dump(mode="json"),
    )
