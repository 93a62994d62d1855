"""One line of the result."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two rates of the same work, per second."""

    work: str
    ours: float
    theirs: float
    yardstick: str
