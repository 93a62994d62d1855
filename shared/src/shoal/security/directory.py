"""Every project with its keys, in memory, read from the topic projects.changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.contracts.samples import ContentKind, Cropping
from shoal.contracts.topics import PROJECTS_CHANGED
from shoal.messaging import Broadcast, Received
from shoal.security.arrivals import Arrivals

_RETURN_S = 2.0
Grant = tuple[str, frozenset[str], str | None]
"""A key's project, its roles, and the only name of an annotator that it opens."""


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """A project by its latest event."""

    project: str
    title: str
    encoders: Mapping[ContentKind, str | None] = field(default_factory=dict)
    cropping: Cropping | None = None


class ProjectDirectory:
    """Projects by name and keys by hash; `broadcast` keeps the directory up to date.

    A project or key that was created a moment ago may still be on its way through Kafka: `find` and
    `find_grant` wait for it a few seconds while the directory follows the topic.
    """

    def __init__(self) -> None:
        self.broadcast: Broadcast[ProjectChanged] = Broadcast(PROJECTS_CHANGED, self._apply)
        self._projects: dict[str, ProjectChanged] = {}
        self._keys: dict[str, Grant] = {}
        self._revoked: set[str] = set()
        self._published: dict[str, datetime] = {}
        # Keys have waits of their own: requests without a valid key cannot take those of others.
        self._new_projects, self._new_keys = Arrivals(), Arrivals()
        self._returns = Arrivals(wait_s=_RETURN_S, again_s=_RETURN_S)

    def get(self, project: str) -> ProjectInfo | None:
        """Return a project; None if no event has announced it yet."""
        event = self._projects.get(project)
        if event is None:
            return None
        return ProjectInfo(event.project, event.title, event.encoders, event.cropping)

    async def find(self, project: str) -> ProjectInfo | None:
        """Return a project; wait for one that may be on its way."""
        if not self.broadcast.is_caught_up:
            return self.get(project)
        return await self._new_projects.find(project, lambda: self.get(project))

    def names(self) -> list[str]:
        """Return every project's name, sorted."""
        return sorted(self._projects)

    def grant(self, sha256: str) -> Grant | None:
        """Return what the key with this hash grants."""
        return self._keys.get(sha256)

    async def find_grant(self, sha256: str) -> Grant | None:
        """Return what a key grants; wait for one that may be on its way."""
        if not self.broadcast.is_caught_up or sha256 in self._revoked:
            return self.grant(sha256)
        return await self._new_keys.find(sha256, lambda: self.grant(sha256))

    def put(self, event: ProjectChanged) -> None:
        """Store a project's state, unless a newer one is present."""
        current = self._projects.get(event.project)
        if current is not None:
            if current.changed_at > event.changed_at:
                return
            for key in self._own_keys(current):
                self._keys.pop(key.sha256, None)  # an event may name a key twice
                self._revoked.add(key.sha256)
        self._projects[event.project] = event
        fresh = [key for key in event.keys if key.sha256 not in self._keys]
        self._revoked -= {key.sha256 for key in fresh}
        self._keys |= {key.sha256: (event.project, frozenset(key.roles), key.annotator) for key in fresh}
        self._new_projects.note([event.project])
        self._new_keys.note(key.sha256 for key in fresh)

    def _own_keys(self, event: ProjectChanged) -> list[ApiKey]:
        """Return the keys of an event that open its project: one of another project stays that one's."""
        return [key for key in event.keys if self._keys.get(key.sha256, ("",))[0] == event.project]

    async def put_published(self, event: ProjectChanged) -> None:
        """Store a change of this process, and wait until Kafka has its event.

        Then every other service has the change or gets it within milliseconds. The wait ends after two
        seconds: while Kafka is away, a change is stored and takes effect later.
        """
        self.put(event)
        if self.broadcast.is_caught_up:
            await self._returns.find(event.project, lambda: self._returned(event))

    def _returned(self, event: ProjectChanged) -> bool | None:
        published = self._published.get(event.project)
        return True if published is not None and published >= event.changed_at else None

    def _apply(self, record: Received[ProjectChanged]) -> None:
        event = record.event
        self.put(event)
        self._published[event.project] = max(
            event.changed_at, self._published.get(event.project, event.changed_at)
        )
        self._returns.note([event.project])
