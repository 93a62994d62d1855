"""Projects in PostgreSQL, announced with the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shoal.contracts.ids import stable_id
from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.contracts.topics import PROJECTS_CHANGED
from shoal.messaging import encode
from shoal.persistence import Outbox

SOURCE = "/shoal/ingest"
_TICK = timedelta(microseconds=1)

_RECOVER = """
INSERT INTO projects (project, title, keys, encoders, changed_at, cropping) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (project) DO UPDATE SET title = excluded.title, keys = excluded.keys, encoders = excluded.encoders,
    changed_at = excluded.changed_at, cropping = excluded.cropping
WHERE projects.changed_at < excluded.changed_at
"""


class PostgresProjects:
    """One row per project; every change locks its row, so that events are in order."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def put(
        self, project: str, changes: Mapping[str, Any], now: datetime
    ) -> tuple[ProjectChanged, bool]:
        """Create a project, or change those of its fields that `changes` names."""
        async with self._pool.acquire() as conn, conn.transaction():
            status = await conn.execute(
                """INSERT INTO projects (project, title, changed_at) VALUES ($1, '', $2)
                   ON CONFLICT DO NOTHING""",
                project,
                now,
            )
            is_new = status.endswith(" 1")
            present = await lock_project(conn, project)
            assert present is not None
            if all(getattr(present, name) == value for name, value in changes.items()):
                if is_new:
                    await announce_project(conn, present)
                return present, is_new
            return await self._replace(conn, present, changes, now), is_new

    async def add_key(self, project: str, key: ApiKey, now: datetime) -> ProjectChanged | None:
        """Add a key."""
        async with self._pool.acquire() as conn, conn.transaction():
            present = await lock_project(conn, project)
            if present is None:
                return None
            return await self._replace(conn, present, {"keys": (*present.keys, key)}, now)

    async def remove_key(self, project: str, key_id: str, now: datetime) -> ProjectChanged | None:
        """Remove a key."""
        async with self._pool.acquire() as conn, conn.transaction():
            present = await lock_project(conn, project)
            remaining = tuple(key for key in (present.keys if present else ()) if key.key_id != key_id)
            if present is None or len(remaining) == len(present.keys):
                return None
            return await self._replace(conn, present, {"keys": remaining}, now)

    async def recover(self, events: Sequence[ProjectChanged]) -> int:
        """Store announced changes that are newer than the stored ones; return their number."""
        statuses = [await self._pool.execute(_RECOVER, *_project_columns(event)) for event in events]
        return sum(int(status.split()[-1]) for status in statuses)

    async def all(self) -> list[ProjectChanged]:
        """Return every project, by name."""
        rows = await self._pool.fetch("SELECT * FROM projects ORDER BY project")
        return [_row_event(row) for row in rows]

    async def changes(self, since: datetime) -> list[ProjectChanged]:
        """Return the projects that changed since a time."""
        rows = await self._pool.fetch(
            "SELECT * FROM projects WHERE changed_at >= $1 ORDER BY changed_at",
            since,
        )
        return [_row_event(row) for row in rows]

    async def _replace(
        self, conn: Any, present: ProjectChanged, changes: Mapping[str, Any], now: datetime
    ) -> ProjectChanged:
        # Readers keep the latest event, so a clock that goes back must not make this change look old.
        changed_at = max(now, present.changed_at + _TICK)
        event = present.model_copy(update={**changes, "changed_at": changed_at})
        await conn.execute(
            """UPDATE projects SET title = $2, keys = $3, encoders = $4, changed_at = $5, cropping = $6
               WHERE project = $1""",
            *_project_columns(event),
        )
        await announce_project(conn, event)
        return event


async def announce_project(conn: Any, event: ProjectChanged) -> None:
    """Announce a project with the outbox, in the connection's transaction."""
    event_id = stable_id("project.changed", event.project, event.changed_at.isoformat())
    message = encode(PROJECTS_CHANGED, event, event_id=event_id, source=SOURCE, time=event.changed_at)
    await Outbox().add_checked(conn, [message])


async def lock_project(conn: Any, project: str) -> ProjectChanged | None:
    """Lock and return a project."""
    row = await conn.fetchrow("SELECT * FROM projects WHERE project = $1 FOR UPDATE", project)
    return None if row is None else _row_event(row)


def _project_columns(event: ProjectChanged) -> tuple[Any, ...]:
    keys = [key.model_dump() for key in event.keys]
    cropping = None if event.cropping is None else event.cropping.model_dump()
    return event.project, event.title, keys, event.encoders, event.changed_at, cropping


def _row_event(row: Any) -> ProjectChanged:
    return ProjectChanged(
        project=row["project"],
        title=row["title"],
        keys=tuple(ApiKey(**key) for key in row["keys"]),
        encoders=row["encoders"],
        cropping=row["cropping"],
        changed_at=row["changed_at"],
    )
