"""The in-house queue as a provider: its tasks are rows of the gateway's database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shoal.runtime.refusal import Refused
from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities
from shoal_gateway.domain.tasks import Prelabel, TaskOrder, TaskReceipt
from shoal_gateway.usecases.ports import Page, ReceivedItem

UPSERT = """
INSERT INTO queue (external_id, project, job_id, sample_id, lane, guideline_major, datum, guess, votes,
                   priority)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (external_id) DO NOTHING
"""


class InHouseQueue:
    """Annotators answer on the gateway's page, which records the answers: there is no feed and no webhook."""

    capabilities = Capabilities(
        polls=False,
        webhooks=False,
        extends_overlap=True,
        shows_predictions=True,
        cancels=True,
        replaces_skips=True,
        max_batch=500,
    )

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Add the orders that are not in the queue."""
        del guidelines, maybe_sent
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.executemany(
                UPSERT, [_queue_row(order) for order in sorted(orders, key=lambda order: order.external_id)]
            )
        return [TaskReceipt(order.external_id, order.external_id) for order in orders]

    async def attach_prediction(self, external_id: str, prelabel: Prelabel) -> None:
        """Do nothing: the queue shows the prediction that is stored with the job."""
        del external_id, prelabel

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return an empty page, because there is no feed."""
        del limit
        return Page([], cursor, more=False)

    def parse_webhook(
        self, headers: Mapping[str, str], raw_body: bytes, now: datetime
    ) -> Sequence[ReceivedItem]:
        """Raise Refused: the queue takes no webhooks."""
        del headers, raw_body, now
        raise Refused(
            "unknown",
            "the in-house queue takes no webhooks",
            field="provider",
            fix="Answer with POST /v1/tasks/{task}/annotations",
            title="No webhooks here",
        )

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Offer the task to more annotators."""
        await self._pool.execute(
            "UPDATE queue SET votes = greatest(votes, $2) WHERE external_id = $1", external_id, votes
        )

    async def cancel(self, external_id: str) -> None:
        """Take the task out of the queue and remove its content."""
        await self._pool.execute(
            "UPDATE queue SET open = false, datum = NULL, guess = NULL WHERE external_id = $1", external_id
        )


def _queue_row(order: TaskOrder) -> tuple[object, ...]:
    return (
        order.external_id,
        order.project,
        order.job_id,
        order.sample_id,
        order.lane,
        order.guideline_major,
        rows.datum_columns(order.datum)[0],
        rows.guess_columns(order.guess)[0],
        order.votes,
        order.priority,
    )
