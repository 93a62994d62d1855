"""Items that wait for one encoder: projects take turns, so that none waits behind another."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """A queue of each project."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[T]] = {}

    def add(self, project: str, item: T) -> None:
        """Add an item at the end of its project's queue."""
        self._queues.setdefault(project, deque()).append(item)

    def take(self, most: int) -> list[T]:
        """Remove and return up to `most` items, one of each project in turn."""
        items: list[T] = []
        while self._queues and len(items) < most:
            project = next(iter(self._queues))
            queue = self._queues.pop(project)
            items.append(queue.popleft())
            if queue:
                self._queues[project] = queue  # to the end of the turns
        return items

    def __bool__(self) -> bool:
        return bool(self._queues)
