"""Every project with its keys, in memory, read from the topic projects.changed."""

from dataclasses import dataclass

from shoal.contracts.projects import ProjectChanged
from shoal.contracts.topics import PROJECTS_CHANGED
from shoal.messaging import Broadcast, Received


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """A project by its latest event."""

    project: str
    title: str


class ProjectDirectory:
    """Projects by name and keys by hash; `broadcast` keeps the directory up to date."""

    def __init__(self) -> None:
        self.broadcast: Broadcast[ProjectChanged] = Broadcast(PROJECTS_CHANGED, self._apply)
        self._projects: dict[str, ProjectChanged] = {}
        self._keys: dict[str, tuple[str, frozenset[str]]] = {}

    def get(self, project: str) -> ProjectInfo | None:
        """Return a project; None if no event has announced it yet."""
        project_info = self._projects.get(project)
        return None if project_info is None else ProjectInfo(project_info.project, project_info.title)

    def names(self) -> list[str]:
        """Return every project's name, sorted."""
        return sorted(self._projects)

    def grant(self, sha256: str) -> tuple[str, frozenset[str]] | None:
        """Return the project and the roles of the key with this hash."""
        return self._keys.get(sha256)

    def put(self, event: ProjectChanged) -> None:
        """Store a project's state, unless a newer one is present."""
        current = self._projects.get(event.project)
        if current is not None:
            if current.changed_at > event.changed_at:
                return
            for key in current.keys:
                self._keys.pop(key.sha256, None)
        self._projects[event.project] = event
        self._keys |= {key.sha256: (event.project, frozenset(key.roles)) for key in event.keys}

    def _apply(self, record: Received[ProjectChanged]) -> None:
        self.put(record.event)
