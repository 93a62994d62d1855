"""A bound on the memory that bodies of requests take together."""

from dataclasses import dataclass, field

from shoal.http.problems import Problem

MOST_HELD = 256 * 1024 * 1024
"""Bytes of bodies that one process holds at a time; above it, requests are asked to come later."""


@dataclass(slots=True)
class BodyMemory:
    """Counts the bytes of bodies that requests hold until they are answered."""

    most: int = MOST_HELD
    held: int = field(default=0, init=False)

    def hold(self, size: int) -> None:
        """Count bytes of a body. Raises Problem 429."""
        if self.held + size > self.most:
            raise Problem(
                429,
                "Too many large requests",
                "the service holds as many bytes of requests as it can",
                field="body",
                fix="Send the same request again shortly",
            )
        self.held += size


@dataclass(slots=True)
class HeldBody:
    """The bytes that one request holds."""

    memory: BodyMemory
    size: int = 0

    def hold(self, size: int) -> None:
        """Count bytes of this request's body. Raises Problem 429."""
        self.memory.hold(size)
        self.size += size

    def release(self) -> None:
        """Give the bytes back, once the request is answered."""
        self.memory.held -= self.size
        self.size = 0
