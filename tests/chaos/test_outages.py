"""Crashes and outages while samples flow: nothing is lost, nothing counts twice, and nobody has to help."""

import asyncio
import os
import random
import signal
import time

import httpx
import pytest

from chaos.conftest import Chaos
from e2e.client import eventually
from shoal_local.process import Child

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]


async def test_every_service_is_killed(chaos: Chaos) -> None:
    chance = random.Random(4)
    victims = sorted(chaos.shoal.admin_urls)
    chance.shuffle(victims)
    async with chaos.load("services-killed"):
        for name in victims:
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            chaos.shoal.kill(name)
            await asyncio.to_thread(chaos.shoal.restart, name)


async def test_the_broker_is_killed(chaos: Chaos) -> None:
    broker = chaos.stack.servers["kafka"]
    async with chaos.load("broker-killed"):
        await asyncio.to_thread(broker.child.kill)
        await asyncio.to_thread(broker.start)


async def test_the_broker_hangs(chaos: Chaos) -> None:
    broker = chaos.stack.servers["kafka"].child
    async with chaos.load("broker-hangs"):
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(8)  # longer than the consumers' sessions
        finally:
            os.kill(broker.pid, signal.SIGCONT)


async def test_kafka_away_for_a_minute_kills_no_service(chaos: Chaos) -> None:
    broker = chaos.stack.servers["kafka"].child
    async with chaos.load("broker-away"), httpx.AsyncClient(timeout=60) as http:
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                answers = [await http.get(f"{url}/livez") for url in chaos.shoal.admin_urls.values()]
                assert [answer.text for answer in answers if answer.status_code != 200] == []
                await asyncio.sleep(2)
            for name, url in chaos.shoal.admin_urls.items():
                assert (await http.get(f"{url}/readyz")).status_code == 503, name
        finally:
            os.kill(broker.pid, signal.SIGCONT)


async def test_postgresql_quits(chaos: Chaos) -> None:
    postgres = chaos.stack.servers["postgres"]
    async with chaos.load("postgresql-quits"):
        os.kill(postgres.child.pid, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        await eventually(lambda: _has_ended(postgres.child))
        await asyncio.sleep(3)
        await asyncio.to_thread(postgres.start)


async def test_qdrant_is_killed(chaos: Chaos) -> None:
    qdrant = chaos.stack.servers["qdrant"]
    async with chaos.load("qdrant-killed"):
        await asyncio.to_thread(qdrant.child.kill)
        await asyncio.sleep(3)
        await asyncio.to_thread(qdrant.start)


async def _has_ended(child: Child) -> bool:
    return not child.running
