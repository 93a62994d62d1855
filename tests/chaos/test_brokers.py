"""Kafka with three brokers, as production has it: one and two of them die, and all restart by turns."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chaos.books import Book, make_item
from chaos.cluster import BROKERS, Cluster
from chaos.conftest import SETTINGS, Chaos, needs_apache, running_chaos
from e2e.client import eventually
from shoal.contracts.ids import sample_id
from shoal_local.demo.workforce import text_key
from shoal_local.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="module")]
KAFKA = {"SHOAL_KAFKA_SESSION_TIMEOUT_MS": "6000", "SHOAL_KAFKA_REPLICATION_FACTOR": "3"}
SURVIVOR = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[Stack]:
    needs_apache()
    with Stack(servers=frozenset({"postgres", "qdrant"})) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(stack: Stack) -> AsyncIterator[Cluster]:
    running = Cluster(stack.path)
    try:
        await asyncio.to_thread(running.start)
        yield running
    finally:
        running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chaos(stack: Stack, cluster: Cluster) -> AsyncIterator[Chaos]:
    stack.environment["SHOAL_KAFKA_BOOTSTRAP"] = cluster.bootstrap
    async with running_chaos(stack, SETTINGS | KAFKA) as running:
        yield running


async def test_one_broker_of_three_is_killed_and_everything_goes_on(chaos: Chaos, cluster: Cluster) -> None:
    leaders = await cluster.leaders()
    assert all(leaders.values()), leaders  # each has partitions to lose
    async with chaos.load("one-broker-killed") as book:
        await asyncio.to_thread(cluster.nodes[SURVIVOR].kill)
        sent = len(book.samples)
        await eventually(lambda: has_grown(book, sent + 100))
    await asyncio.to_thread(cluster.restart, SURVIVOR)
    await eventually(cluster.are_in_sync)


async def test_with_one_broker_left_nothing_is_acknowledged_and_work_goes_on_afterwards(
    chaos: Chaos, cluster: Cluster
) -> None:
    victims = [node for node in BROKERS if node != SURVIVOR]
    async with chaos.load("two-brokers-killed") as book:
        for node in victims:
            await asyncio.to_thread(cluster.nodes[node].kill)
        try:
            await eventually(lambda: cluster.are_in_sync({SURVIVOR}))
            await nothing_is_acknowledged(chaos, book)
        finally:
            for node in victims:
                await asyncio.to_thread(cluster.restart, node)
        await eventually(cluster.are_in_sync)
        items = refused_items(book)
        book.truth.update({text_key(item["text"]): item["prediction"]["label"] for item in items})
        await chaos.client.send(items)  # one may be there already, and all count once
        book.samples |= {sample_id(book.project, "wire", item["source_id"]) for item in items}


async def test_brokers_restart_by_turns_and_leaders_move_back(chaos: Chaos, cluster: Cluster) -> None:
    async with chaos.load("brokers-restart"):
        for node in BROKERS:
            await asyncio.to_thread(cluster.nodes[node].stop, 30)
            await asyncio.to_thread(cluster.restart, node)
            await eventually(cluster.are_in_sync)
        await eventually(cluster.has_preferred_leaders)


def refused_items(book: Book) -> list[dict[str, Any]]:
    """Return inferences that are sent while nothing can be acknowledged."""
    return [make_item(book.project, number) for number in range(100_000, 100_010)]


async def has_grown(book: Book, samples: int) -> bool:
    return len(book.samples) >= samples


async def nothing_is_acknowledged(chaos: Chaos, book: Book) -> None:
    """Ask ingest, the producer of `book` too, and compare the services' probes."""
    probes = chaos.shoal.admin_urls
    async with httpx.AsyncClient(timeout=10) as http:

        async def status_of(name: str, path: str) -> int:
            return (await http.get(f"{probes[name]}{path}")).status_code

        async def waits() -> bool:
            return await status_of("ingest", "/readyz") == await status_of("embedder", "/readyz") == 503

        async def refusal_of(item: dict[str, Any]) -> str:
            answer = await chaos.client.ask("ingest", "POST", "/v1/inferences", json=[item])
            assert answer.status_code == 503, answer.text
            return str(answer.text)

        async def is_refused_at_once() -> bool:
            """A record that Kafka took before it had noticed the loss waits for replicas first."""
            return "too few replicas" in await refusal_of(items[0])

        items = refused_items(book)
        await eventually(waits)
        await eventually(is_refused_at_once)
        acknowledged = len(book.samples)
        for item in items:
            assert "too few replicas" in await refusal_of(item)
        assert len(book.samples) == acknowledged
        assert {name: await status_of(name, "/livez") for name in probes} == dict.fromkeys(probes, 200)
