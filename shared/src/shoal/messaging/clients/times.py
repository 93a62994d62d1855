"""The times of single records of a topic."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shoal.messaging.clients.broker import kafka_single_reader
from shoal.messaging.clients.settings import KafkaSettings

_WAIT_S = 2.0


class RecordTimes:
    """Reads the times of records, one batch of a partition at a time, over a connection of its own."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._client: AIOKafkaConsumer | None = None

    async def read_time(self, partition: TopicPartition, offset: int) -> float | None:
        """Return the time of the record at an offset or after it, in seconds since 1970.

        None if Kafka does not answer, or has no such record or a time that is none.
        """
        try:
            async with asyncio.timeout(_WAIT_S):
                record = await self._read_record(partition, offset)
        except (KafkaError, TimeoutError):
            return None
        return None if record is None or record.timestamp <= 0 else record.timestamp / 1000

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.stop()

    async def _read_record(
        self, partition: TopicPartition, offset: int
    ) -> ConsumerRecord[bytes, bytes] | None:
        client = await self._started_client()
        client.assign([partition])
        client.seek(partition, offset)
        try:
            batches = await client.getmany(partition, timeout_ms=int(_WAIT_S * 1000), max_records=1)
        finally:
            client.pause(partition)  # or it would go on reading
        records = batches.get(partition, [])
        return records[0] if records else None

    async def _started_client(self) -> AIOKafkaConsumer:
        if self._client is None:
            client = kafka_single_reader(self._settings, self._client_id)
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
            self._client = client
        return self._client
