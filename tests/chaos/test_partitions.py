"""A topic gets more partitions while samples flow, as docs/operations.md describes."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from chaos.conftest import Chaos
from chaos.letters import kafka_settings
from shoal.contracts.topics import SAMPLES_EMBEDDED, SAMPLES_INGESTED, TOPICS
from shoal.messaging.clients.offsets import topic_partitions

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]
MORE = 3


async def test_topics_get_more_partitions(chaos: Chaos) -> None:
    settings = kafka_settings(chaos.stack)
    topics = [topic for topic in TOPICS.values() if topic.groups]
    before = {topic.name: len(await topic_partitions(settings, topic.name)) for topic in topics}
    assert {SAMPLES_INGESTED.name, SAMPLES_EMBEDDED.name} <= before.keys()
    async with chaos.load("partitions"):
        admin = AIOKafkaAdminClient(bootstrap_servers=chaos.stack.kafka_bootstrap)
        await admin.start()
        try:
            await admin.create_partitions(
                {name: NewPartitions(count + MORE) for name, count in before.items()}
            )
        finally:
            await admin.close()
        await asyncio.sleep(10)  # for samples that the new partitions get
    after = {topic.name: len(await topic_partitions(settings, topic.name)) for topic in topics}
    assert after == {name: count + MORE for name, count in before.items()}
