"""The cap on rejected records: above it, the deployment is probably at fault, not the data."""

from collections import deque
from collections.abc import Sequence

from shoal.messaging.consuming.consumer import CapPolicy
from shoal.messaging.errors import DeadLetterCapExceeded


class DeadLetterCap:
    """Remembers the outcomes of recent records in order."""

    def __init__(self, policy: CapPolicy) -> None:
        self._policy = policy
        self._window: deque[bool] = deque(maxlen=policy.window)
        self._consecutive = 0

    def check(self, refused: Sequence[bool]) -> None:
        """Raise DeadLetterCapExceeded if a batch with these outcomes exceeds the cap."""
        consecutive = self._consecutive
        for bad in refused:
            consecutive = consecutive + 1 if bad else 0
            if consecutive > self._policy.max_consecutive:
                raise DeadLetterCapExceeded(
                    f"more than {self._policy.max_consecutive} records refused in a row"
                )
        recent = [*self._window, *refused][-self._policy.window :]
        if len(recent) == self._policy.window and sum(recent) > self._policy.max_ratio * len(recent):
            raise DeadLetterCapExceeded(f"{sum(recent)} of the last {len(recent)} records were refused")

    def check_run(self, length: int) -> None:
        """Raise DeadLetterCapExceeded if `length` rejected records, so far, are too many for one batch."""
        if length > self._policy.max_consecutive:
            raise DeadLetterCapExceeded(
                f"more than {self._policy.max_consecutive} refused records in one batch"
            )

    def record(self, refused: Sequence[bool]) -> None:
        """Record the outcomes of a batch whose dead letters are published."""
        self._window.extend(refused)
        for bad in refused:
            self._consecutive = self._consecutive + 1 if bad else 0
