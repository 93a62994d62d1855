"""Track repeated work: its last success and later failures, in metrics, logs and readiness."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shoal.clock import utc_now
from shoal.observability import metrics
from shoal.progress import Progress

_log = structlog.get_logger("shoal.passes")


@dataclass(slots=True)
class Passes:
    """The passes of one background loop."""

    name: str
    clock: Callable[[], datetime] = utc_now
    failures: int = field(default=0, init=False)
    """Failed passes since the last success."""
    last_success: datetime | None = field(default=None, init=False)
    progress: Progress = field(default_factory=Progress, init=False)
    _under_way: bool = field(default=False, init=False)

    def note_start(self) -> None:
        """Note that a pass begins."""
        self._under_way = True
        self.progress.note()

    def idle_s(self) -> float:
        """Return the seconds without progress of the pass under way; 0 between passes."""
        return self.progress.idle_s() if self._under_way else 0.0

    def __post_init__(self) -> None:
        metrics.LOOP_FAILURES.labels(self.name)

    def note_success(self) -> None:
        """Note a successful pass, even one without work."""
        self._under_way = False
        if self.failures:
            _log.info("background_pass_recovered", loop=self.name, failures=self.failures)
        self.failures, self.last_success = 0, self.clock()
        metrics.LOOP_SUCCESS.labels(self.name).set(self.last_success.timestamp())

    def note_failure(self, error: Exception, *, expected: bool = False) -> None:
        """Note a failed pass; an `expected` error, an outage, is logged without a traceback."""
        self._under_way = False
        self.failures += 1
        metrics.LOOP_FAILURES.labels(self.name).inc()
        # Only the first failure has a traceback; during an outage the others are the same and take one line.
        trace = self.failures == 1 and not expected
        _log.warning(
            "background_pass_failed",
            loop=self.name,
            failures=self.failures,
            error=repr(error),
            exc_info=error if trace else None,
        )
