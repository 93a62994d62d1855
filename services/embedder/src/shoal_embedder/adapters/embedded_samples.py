"""The topic samples.embedded, read from its beginning to its present end."""

from collections.abc import AsyncIterator, Sequence

from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal.messaging import KafkaSettings
from shoal.messaging.clients.broker import kafka_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.records.decoding import Decoder

_CLIENT = "embedder-refill"
_RECORDS = 500


class EmbeddedTopic:
    """Reads without a group, so that nothing else is affected."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    async def batches(self) -> AsyncIterator[Sequence[SampleEmbedded]]:
        """Yield the readable events in batches; those of a sample keep their order. Raises KafkaError."""
        decoder = Decoder(SAMPLES_EMBEDDED)
        async with kafka_reader(self._settings, _CLIENT) as client:
            partitions = await topic_partitions(self._settings, SAMPLES_EMBEDDED.name)
            ends = {
                partition: end for partition, (_, end) in (await partition_spans(client, partitions)).items()
            }
            while any([await client.position(partition) < end for partition, end in ends.items()]):
                batches = await client.getmany(timeout_ms=500, max_records=_RECORDS)
                records = [
                    record
                    for partition, part in batches.items()
                    for record in part
                    if record.offset < ends[partition]
                ]
                if records:
                    yield [received.event for received in decoder.decode(records).events]
