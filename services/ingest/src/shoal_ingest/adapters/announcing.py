"""Announce projects and erasures again, from the database."""

from typing import Any

from shoal.contracts.samples import SampleErased
from shoal.contracts.topics import PROJECTS_CHANGED, SAMPLES_ERASED
from shoal.persistence import Outbox
from shoal.persistence.announcing import PAGE, Announced
from shoal_ingest.adapters.projects import announce_project, lock_project
from shoal_ingest.usecases.erase import erasure_message

_ERASURES = """
SELECT project, sample_id, reason, erased_at FROM erasures
WHERE (project, sample_id) > ($1, $2) ORDER BY project, sample_id LIMIT $3
"""


async def announce_projects(pool: Any) -> int:
    """Announce every project; a project that changes meanwhile is announced after its change."""
    rows = await pool.fetch("SELECT project FROM projects ORDER BY project")
    for row in rows:
        async with pool.acquire() as conn, conn.transaction():
            project = await lock_project(conn, row["project"])
            if project is not None:
                await announce_project(conn, project)
    return len(rows)


async def announce_erasures(pool: Any) -> int:
    """Announce every erasure."""
    last, count = ("", ""), 0
    while rows := await pool.fetch(_ERASURES, *last, PAGE):
        async with pool.acquire() as conn, conn.transaction():
            await Outbox().add(conn, [erasure_message(SampleErased(**dict(row))) for row in rows])
        last, count = (rows[-1]["project"], rows[-1]["sample_id"]), count + len(rows)
    return count


ANNOUNCED = Announced(
    "ingest",
    {
        PROJECTS_CHANGED.name: announce_projects,
        SAMPLES_ERASED.name: announce_erasures,
    },
)
