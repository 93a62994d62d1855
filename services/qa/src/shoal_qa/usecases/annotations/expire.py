"""Send annotations whose job has not arrived to the dead letters, after a long wait."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shoal.messaging import OutgoingMessage
from shoal_qa.usecases.annotations.parked import parked_letter
from shoal_qa.usecases.ports import Database, ReceivedAnnotation

PART = 500


class ExpireParked:
    """Expires parked annotations. The dead letter is committed with the removal."""

    def __init__(self, database: Database, wait: timedelta, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._wait = wait
        self._clock = clock

    async def __call__(self) -> int:
        """Expire at most PART annotations; return their number."""
        now = self._clock()
        async with self._database.transaction() as tx:
            late = await tx.annotations.remove_parked(now - self._wait, PART)
            await tx.outbox.publish([_dead_letter(received, self._wait, now) for received in late])
        return len(late)


def _dead_letter(arrived: ReceivedAnnotation, wait: timedelta, now: datetime) -> OutgoingMessage:
    hours = wait.total_seconds() / 3600
    job = arrived.event.job_id
    detail = f"job_id: no job {job!r} came within {hours:g} h; replay once its job is on labeling.jobs"
    return parked_letter(arrived, "unknown_job", detail, now)
