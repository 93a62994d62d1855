"""An annotator returns to their last answer, from any machine, to change it or to take it back."""

from dataclasses import dataclass, replace

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.leases import may_answer
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.tasks import Lane, TaskOrder
from shoal_gateway.usecases.inhouse.locking import lock_task
from shoal_gateway.usecases.ports import Clock, Database
from shoal_gateway.usecases.refusals import erased_refusal, hold_refusal


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """An annotator's last answer or skip, with its task."""

    annotation: Annotation
    order: TaskOrder


class FindLastAnswer:
    """Finds the latest answer that was not taken back; changing it makes a later revision of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, project: str, lane: Lane, annotator: str) -> LastAnswer | None:
        """Return the annotator's last answer in a lane, or None without one.

        Raises Refused if it cannot be changed: the sample was erased, or others fill the slot of a skip.
        """
        async with self._database.transaction() as tx:
            annotation = await tx.annotations.last_of(project, IN_HOUSE, annotator, lane)
            if annotation is None:
                return None
            locked = await lock_task(tx, annotation.external_id)
            datum = locked.job.datum
            if locked.job.erased or datum is None:
                raise erased_refusal()
            refusal = may_answer(locked.entry, annotator, self._clock())
            if refusal is not None:
                raise hold_refusal(refusal)
        return LastAnswer(annotation, replace(locked.order, datum=datum))  # the queue blanks a cancelled task
