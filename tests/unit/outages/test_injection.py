"""Every error that a dependency can raise, raised by a handler: no outage makes a dead letter."""

from collections.abc import Sequence

import grpc
import pytest

from publishingkit import FakePublisher
from shoal.clock import utc_now
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import Consumer, Received, Rejection, RetryPolicy
from shoal.messaging.consuming.processing import BatchProcessor
from shoal.outages import Action, action_for
from shoal.outages.kafka import KAFKA
from unit.messaging.messagingkit import raw
from unit.outages.test_actions import grpc_error, postgres_error, states_of_postgres

QUICK = RetryPolicy(first_wait_s=0.0, longest_wait_s=0.0, outage_budget_s=0.0, attempts=2)
ERRORS: list[Exception] = [
    *(postgres_error(state) for state in states_of_postgres()),
    *(grpc_error(code) for code in grpc.StatusCode if code is not grpc.StatusCode.OK),
    *(kind("the text") for kind in KAFKA),
    TimeoutError(),
    ConnectionResetError(),
    KeyError("renamed"),
]


class Handler:
    """Fails with an error as long as it has one."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.handled: list[int] = []

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Rejection]:
        if self.error is not None:
            raise self.error
        self.handled += [record.offset for record in batch]
        return ()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{type(error).__name__} {error}"[:60])
async def test_the_records_wait_or_are_set_aside(error: Exception) -> None:
    handler, publisher = Handler(error), FakePublisher()
    consumer = Consumer(topic=SAMPLES_INGESTED, group="embedder", handle=handler, retry=QUICK)
    processor = BatchProcessor(consumer, publisher, version="1", clock=utc_now)
    records = [raw(number) for number in range(3)]
    action = action_for(error)
    if action is Action.REFUSE:
        await processor.process(records)
        assert len(publisher.messages) == 3
        assert not processor.waits_for
        return
    with pytest.raises(type(error)):
        await processor.process(records)
    assert publisher.messages == []
    assert ("operator" in processor.waits_for) is (action is Action.HALT)
    handler.error = None
    await processor.process(records)
    assert handler.handled == [0, 1, 2]
    assert (publisher.messages, processor.waits_for) == ([], "")
