"""What a consumer says about itself: liveness is that it polls, readiness that it may work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """State of one consumer or broadcast.

    `alive` false: it no longer polls and only a restart helps. `ready` false: Kafka is away, it is not
    caught up, or it
    stopped itself because it refused too much; a restart would not help.
    """

    name: str
    alive: bool
    ready: bool
    detail: str = ""
