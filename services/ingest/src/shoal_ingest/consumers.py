"""Topics in -> use cases."""

from collections.abc import Sequence

from shoal.contracts.samples import InferenceHalf
from shoal.contracts.topics import INFERENCE_RECEIVED
from shoal.messaging import Consumer, Received, Rejection
from shoal_ingest.usecases.join_halves import JoinHalves, key_of

GROUP = "ingest-joiner"


def half_consumer(join: JoinHalves) -> Consumer[InferenceHalf]:
    """Return the consumer of inference.received."""

    async def handle(batch: Sequence[Received[InferenceHalf]]) -> Sequence[Rejection]:
        refused = await join([record.event for record in batch])
        # The half that completed the pair stands for it.
        last = {key_of(record.event): record for record in batch}
        return [Rejection(last[each.key], each.reason, each.detail) for each in refused]

    return Consumer(INFERENCE_RECEIVED, GROUP, handle)
