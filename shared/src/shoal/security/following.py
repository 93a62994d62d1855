"""Follow changes of keys at ingest, so that a revoked key is refused while Kafka is away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import structlog
from pydantic import SecretStr, TypeAdapter

from shoal.clock import utc_now
from shoal.contracts.projects import ProjectChanged
from shoal.security.directory import ProjectDirectory

KeyChanges = Callable[[datetime], Awaitable[Sequence[ProjectChanged]]]
"""Returns the projects that changed since a time."""

_INTERVAL_S = 2.0
_TIMEOUT_S = 5.0
# A change may be stored with a time before that of one that was read already.
_OVERLAP = timedelta(seconds=60)
_LOOK_BACK = timedelta(hours=1)
_PROJECTS = TypeAdapter(list[ProjectChanged])
_log = structlog.get_logger("shoal.security")


class KeyFollower:
    """Puts changes into a directory every two seconds, beside what the directory reads from Kafka."""

    def __init__(
        self, directory: ProjectDirectory, changes: KeyChanges, interval_s: float = _INTERVAL_S
    ) -> None:
        self._directory = directory
        self._changes = changes
        self._interval_s = interval_s
        self._since = utc_now() - _LOOK_BACK
        self._is_failing = False

    async def run(self) -> None:
        """Follow until cancelled; an outage is logged once and followed by further tries."""
        while True:
            await self.step()
            await asyncio.sleep(self._interval_s)

    async def step(self) -> None:
        """Read the changes since the last ones."""
        try:
            changes = await self._changes(self._since - _OVERLAP)
        except Exception as error:  # whatever it is, keys that are in memory stay in force
            if not self._is_failing:
                _log.warning("keys_not_followed", error=repr(error))
            self._is_failing = True
            return
        self._is_failing = False
        for event in changes:
            self._directory.put(event)
            self._since = max(self._since, min(event.changed_at, utc_now()))


def changes_at(url: str, admin_key: SecretStr) -> KeyChanges:
    """Return a function that reads changes from ingest's HTTP API."""

    async def read(since: datetime) -> Sequence[ProjectChanged]:
        headers = {"authorization": f"Bearer {admin_key.get_secret_value()}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT_S) as http:
            answer = await http.get(
                "/v1/projects/changes", params={"since": since.astimezone(UTC).isoformat()}
            )
        answer.raise_for_status()
        return _PROJECTS.validate_python(answer.json()["projects"])

    return read
