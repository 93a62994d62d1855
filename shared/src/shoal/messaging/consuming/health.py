"""The health of a consumer: it is alive while it polls, and ready while it can work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """State of one consumer or broadcast.

    Not `alive`: it no longer polls, and only a restart helps. Not `ready`: Kafka is unavailable, a broadcast
    has not caught up, or the consumer stopped because it rejected too many records; a restart would not help.
    """

    name: str
    alive: bool
    ready: bool
    detail: str = ""
