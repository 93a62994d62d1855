"""Waits between retries: doubled after each consecutive failure, and half random."""

import random
from collections.abc import Callable
from dataclasses import dataclass

_DOUBLINGS = 30  # a float can hold more, and no wait is that long


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of at most `first_s`, then twice that, up to `longest_s`; `jitter` returns a number in [0, 1)."""

    first_s: float
    longest_s: float
    jitter: Callable[[], float] = random.random  # noqa: S311 - not a secret

    def wait_s(self, failures: int) -> float:
        """Return the wait after `failures` (1 or more) consecutive failures, in seconds.

        Half of it is random, which keeps replicas that failed together from retrying together.
        """
        longest = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, _DOUBLINGS))
        return longest * (0.5 + self.jitter() / 2)
