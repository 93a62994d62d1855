"""Manage projects and their keys."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from shoal.contracts.projects import ApiKey, ProjectChanged, Role
from shoal.security import hash_key, new_key
from shoal_ingest.usecases.ports import Projects


class ManageProjects:
    """Manages projects and keys.

    `learn` applies a change to this process, and returns when other services can learn it.
    """

    def __init__(
        self,
        projects: Projects,
        learn: Callable[[ProjectChanged], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._projects = projects
        self._learn = learn
        self._clock = clock

    async def put(self, project: str, changes: Mapping[str, Any]) -> tuple[ProjectChanged, bool]:
        """Create a project, or change the fields in `changes`; return it and whether it is new."""
        outcome = await self._projects.put(project, changes, self._clock())
        await self._learn(outcome[0])
        return outcome

    async def all(self) -> list[ProjectChanged]:
        """Return every project."""
        return await self._projects.all()

    async def changes(self, since: datetime) -> list[ProjectChanged]:
        """Return the projects that changed since a time."""
        return await self._projects.changes(since)

    async def new_key(
        self, project: str, roles: Sequence[Role], annotator: str | None
    ) -> tuple[str, str] | None:
        """Return a new key's id and the key, which is shown only once; None if the project does not exist."""
        secret, key_id = new_key(), str(uuid4())
        key = ApiKey(
            key_id=key_id, sha256=hash_key(secret), roles=tuple(sorted(set(roles))), annotator=annotator
        )
        changed = await self._projects.add_key(project, key, self._clock())
        if changed is None:
            return None
        await self._learn(changed)
        return key_id, secret

    async def remove_key(self, project: str, key_id: str) -> bool:
        """Revoke a key; return whether it existed."""
        changed = await self._projects.remove_key(project, key_id, self._clock())
        if changed is None:
            return False
        await self._learn(changed)
        return True
