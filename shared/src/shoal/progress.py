"""Progress: a part of a service that gets on is alive, also while it waits for a server that is away."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Progress:
    """When a part of the service last got on."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at = time.monotonic()

    def note(self) -> None:
        """Note that the part gets on."""
        self._at = time.monotonic()

    def idle_s(self) -> float:
        """Return the seconds since the part last got on."""
        return time.monotonic() - self._at


_CURRENT: ContextVar[Progress | None] = ContextVar("shoal_progress", default=None)


@contextmanager
def progress_of(part: Progress) -> Iterator[None]:
    """Let `note_progress` mean `part` within the block, also in the tasks and threads that it starts."""
    part.note()
    token = _CURRENT.set(part)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        part.note()


def note_progress() -> None:
    """Note that the present batch or pass gets on; one that may take minutes notes each of its steps."""
    part = _CURRENT.get()
    if part is not None:
        part.note()
