"""The samples of the random audit in PostgreSQL, counted by their labels."""

from typing import Any

from shoal_qa.usecases.ports import AuditedCount

SHOWN = 20  # versions of models, by their last audited sample: every one is a series in Prometheus
_COUNTS = """
WITH versions AS (
    SELECT model, version, max(decided_at) AS newest FROM audited WHERE project = $1
    GROUP BY model, version ORDER BY newest DESC, model, version LIMIT $2
)
SELECT a.model, a.version, a.rate, count(j.label) AS labelled,
       count(*) FILTER (WHERE j.label = a.predicted) AS right,
       count(*) - count(j.label) AS pending
FROM versions v
JOIN audited a ON a.project = $1 AND a.model = v.model AND a.version = v.version
LEFT JOIN LATERAL (
    SELECT label FROM jobs
    WHERE jobs.project = a.project AND jobs.sample_id = a.sample_id AND purpose = 'audit' AND state = 'accepted'
    ORDER BY major DESC LIMIT 1
) j ON true
GROUP BY v.newest, a.model, a.version, a.rate ORDER BY v.newest DESC, a.model, a.version, a.rate
"""


class AuditReader:
    """A mixin that reads the audit's counts from `_pool`."""

    _pool: Any

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return counts by model version and rate, the versions with the newest samples first."""
        return [AuditedCount(**row) for row in await self._pool.fetch(_COUNTS, project, SHOWN)]
