"""Receive one half of an inference whose request and response arrive separately."""

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import InferenceHalf
from shoal.contracts.topics import INFERENCE_RECEIVED
from shoal.messaging import Publisher, encode
from shoal_ingest.usecases.accept import SOURCE


class ReceiveHalf:
    """Publishes halves to Kafka, from where JoinHalves reads them."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def __call__(self, half: InferenceHalf) -> None:
        """Publish a half. Raises PublishFailed or MessageTooLarge."""
        # Request and response share the correlation id, so the event's id contains the half.
        event_id = stable_id("inference.half", half.project, half.source, half.correlation_id, half.half)
        message = encode(INFERENCE_RECEIVED, half, event_id=event_id, source=SOURCE, time=half.received_at)
        await self._publisher.publish_promptly([message])
