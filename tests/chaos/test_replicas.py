"""Replicas come and go, and groups read again from the start, while samples flow."""

import asyncio

import httpx
import pytest
from aiokafka.structs import OffsetAndMetadata

from chaos.conftest import Chaos
from chaos.letters import kafka_settings
from e2e.client import eventually
from shoal.contracts.topics import TOPICS
from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.offsets import topic_partitions
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

CONSUMERS = ("embedder", "sampler", "labeling-gateway", "qa")


async def test_second_replicas_come_crash_and_go(chaos: Chaos) -> None:
    second = LocalShoal(chaos.stack, CONSUMERS, chaos.settings)
    async with chaos.load("replicas"):
        await asyncio.to_thread(second.start)
        try:
            await eventually(lambda: _every_replica_has_partitions(second))
            for name in ("embedder", "sampler"):
                second.kill(name)
        finally:
            await asyncio.to_thread(second.stop)


async def _every_replica_has_partitions(second: LocalShoal) -> bool:
    """Return whether each replica reads partitions, which the first had before."""
    async with httpx.AsyncClient(timeout=60) as http:
        pages = [(await http.get(f"{url}/metrics")).text for url in second.admin_urls.values()]
    return all("shoal_messaging_lag_records{" in page for page in pages)


async def test_services_are_stopped_and_started_one_after_the_other(chaos: Chaos) -> None:
    async with chaos.load("rolling"):
        for name in chaos.shoal.admin_urls:
            assert await asyncio.to_thread(chaos.shoal.stop_service, name) == 0, chaos.shoal.tail(name)
            await asyncio.to_thread(chaos.shoal.restart, name)


async def test_every_group_reads_again_from_the_start(chaos: Chaos) -> None:
    async with chaos.load("again"):
        await asyncio.to_thread(chaos.shoal.stop)
        await reset_groups(chaos.stack)
        await asyncio.to_thread(chaos.shoal.start)


async def reset_groups(stack: Stack) -> None:
    """Set the committed offset of every group to 0 on all its partitions; the groups must have no members."""
    settings = kafka_settings(stack)
    for topic in TOPICS.values():
        places = await topic_partitions(settings, topic.name)
        for group in topic.groups:
            async with kafka_group_reader(settings, "chaos", group) as client:
                client.assign(places)
                await client.commit({place: OffsetAndMetadata(0, "") for place in places})
