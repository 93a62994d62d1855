"""The consumers of topics, which call the use cases."""

from collections.abc import Sequence

from shoal.contracts.samples import InferenceHalf
from shoal.contracts.topics import INFERENCE_RECEIVED
from shoal.messaging import Consumer, Received, Rejection
from shoal_ingest.usecases.join_halves import JoinHalves

GROUP = "ingest-joiner"


def half_consumer(join: JoinHalves) -> Consumer[InferenceHalf]:
    """Return the consumer of inference.received."""

    async def handle(batch: Sequence[Received[InferenceHalf]]) -> Sequence[Rejection]:
        rejected = await join([record.event for record in batch])
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=INFERENCE_RECEIVED, group=GROUP, handle=handle)
