"""What is known of work that repeats: its last success and its failures since, as metrics, in logs, for readiness."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shoal.clock import utc_now
from shoal.observability import metrics

_log = structlog.get_logger("shoal.passes")


@dataclass(slots=True)
class Passes:
    """The passes of one background loop."""

    name: str
    clock: Callable[[], datetime] = utc_now
    failures: int = field(default=0, init=False)
    """Failed passes since the last success."""
    last_success: datetime | None = field(default=None, init=False)

    def note_success(self) -> None:
        """Note a pass that did what it could, also when there was nothing to do."""
        if self.failures:
            _log.info("background_pass_recovered", loop=self.name, failures=self.failures)
        self.failures, self.last_success = 0, self.clock()
        metrics.LOOP_SUCCESS.labels(self.name).set(self.last_success.timestamp())

    def note_failure(self, error: Exception, *, expected: bool = False) -> None:
        """Note a pass that failed; the log has no traceback of an `expected` error, an outage."""
        self.failures += 1
        metrics.LOOP_FAILURES.labels(self.name).inc()
        # The first failure shows where it happened; an outage repeats it, so the rest take one line each.
        trace = self.failures == 1 and not expected
        _log.warning(
            "background_pass_failed",
            loop=self.name,
            failures=self.failures,
            error=repr(error),
            exc_info=error if trace else None,
        )
