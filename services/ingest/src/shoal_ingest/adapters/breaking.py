"""Leave a host alone after repeated failures, so that a slow one does not cost every batch its time limit."""

from collections.abc import Callable

FAILURES = 3
PAUSE_S = 60.0
Key = tuple[str, str]
"""Project and host: the failures of one tenant's host cost another tenant nothing."""


class Breaker:
    """Counts failures in a row. After `FAILURES` of them a host is left alone for `PAUSE_S` seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[Key, tuple[int, float]] = {}

    def remaining(self, host: Key) -> float:
        """Return for how many seconds a host is left alone; 0 if it may be asked."""
        count, last = self._failures.get(host, (0, 0.0))
        return 0.0 if count < FAILURES else max(0.0, last + PAUSE_S - self._clock())

    def note_failure(self, host: Key) -> None:
        """Count a failure; a request after the pause that fails begins the next pause."""
        count, _ = self._failures.get(host, (0, 0.0))
        self._failures[host] = (count + 1, self._clock())

    def note_success(self, host: Key) -> None:
        """Forget the failures of a host."""
        self._failures.pop(host, None)
