"""The cap on refused records: beyond it the fault is likely a deployment, not the data."""

from collections import deque
from collections.abc import Sequence

from shoal.messaging.consuming.consumer import CapPolicy
from shoal.messaging.errors import DeadLetterCapExceeded


class DeadLetterCap:
    """Remembers the outcome of recent records, in the order they were handled."""

    def __init__(self, policy: CapPolicy) -> None:
        self._policy = policy
        self._window: deque[bool] = deque(maxlen=policy.window)
        self._consecutive = 0

    def check(self, refused: Sequence[bool]) -> None:
        """Raise DeadLetterCapExceeded if a batch with these outcomes may not have its refused records
        refused.
        """
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
        """Raise DeadLetterCapExceeded if `length` refused records of one batch, found so far,
        are too many.
        """
        if length > self._policy.max_consecutive:
            raise DeadLetterCapExceeded(
                f"more than {self._policy.max_consecutive} refused records in one batch"
            )

    def record(self, refused: Sequence[bool]) -> None:
        """Remember a batch whose dead letters the broker has."""
        self._window.extend(refused)
        for bad in refused:
            self._consecutive = self._consecutive + 1 if bad else 0
