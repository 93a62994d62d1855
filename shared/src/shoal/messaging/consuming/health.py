"""The health of a consumer: it is alive while it polls, and ready while it can work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """State of one consumer or broadcast.

    Not `alive`: it no longer polls, and only a restart helps. Not `ready`: Kafka is unavailable, or a
    broadcast has not caught up; a restart would not help. detail: the reason, or a note about a part that is
    ready, such as why it pauses.
    """

    name: str
    alive: bool
    ready: bool
    detail: str = ""
