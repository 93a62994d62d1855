"""What suites of the gateway's gauges share."""

from datetime import UTC, datetime, timedelta

from adapters.gateway.gatewaykit import Gateway
from shoal_gateway.adapters.postgres.tallies import PostgresTallies
from shoal_gateway.usecases.measure import MeasureBacklog

FILL_JOBS = """
INSERT INTO jobs (job_id, project, sample_id, purpose, guideline_major, guideline_minor, provider, priority,
                  votes, max_votes)
VALUES ('j', 'news', 's', 'label', 1, 0, 'crowd', 0, 1, 1) ON CONFLICT DO NOTHING
"""
FILL_TASKS = """
INSERT INTO tasks (external_id, job_id, project, provider, lane, attempt, votes, state, campaign)
SELECT md5(concat_ws('/', $1::text, $2::text, n)), 'j', $1, 'crowd', 'label', n, 2, 'open',
       CASE WHEN $3 THEN $2 ELSE $2 || n END
FROM generate_series(1, $4::int) AS n
"""


async def measure(gateway: Gateway, later: timedelta = timedelta()) -> None:
    """Set the gauges as at a time after now."""
    await MeasureBacklog(PostgresTallies(gateway.pool), lambda: datetime.now(UTC) + later)()
