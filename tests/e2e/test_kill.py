"""SIGKILL of every service, repeatedly, while 5,000 samples flow; then the accounts must balance."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from databasekit import create_database, drop_database
from e2e.client import Client, eventually
from shoal.contracts.ids import sample_id
from shoal.contracts.samples import alias_name
from shoal_local.demo.workforce import Minds, Terms, Workforce, make_people, serve_workforce, text_key
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.kill, pytest.mark.kafka, pytest.mark.timeout(420)]

SAMPLES, BATCH = 5000, 100
CLASSES = ["wheat", "gold", "ship"]
BUDGET, MOST = 360, 3  # votes, and votes per job
PROJECT = "kills"
KILLS = 2  # of each service
SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"


@pytest.fixture
def shoal() -> Iterator[tuple[LocalShoal, Stack, str]]:
    """Yield Shoal on a stack of its own: a broker whose groups nobody else has used."""
    with Stack() as stack:
        dsn = asyncio.run(create_database(stack.postgres_dsn))
        more = {"SHOAL_POSTGRES_DSN": dsn, "SHOAL_AUDIT_RATE": "0", "SHOAL_POLL_INTERVAL_S": "0.3"}
        with LocalShoal(stack, environment={**more, "SHOAL_REFIT_INTERVAL_S": "1"}) as running:
            yield running, stack, dsn
        asyncio.run(drop_database(stack.postgres_dsn, dsn))


def item(number: int) -> dict[str, Any]:
    """Return one inference with a vector of its own, so that the encoder does not set the pace."""
    label = CLASSES[number % 3]
    vector = np.random.default_rng(number).normal(size=32).round(4).tolist()
    return {
        "project": PROJECT,
        "source": "wire",
        "source_id": str(number),
        "text": f"Report {number} about {label}.",
        "prediction": {"model": "topics", "label": label, "scores": {label: 0.6}},
        "embedding": {"name": "test", "version": "1", "vector": vector},
    }


async def stream(client: Client) -> None:
    """Send every sample until it is acknowledged, as a producer does that loses nothing."""
    for start in range(0, SAMPLES, BATCH):
        items = [item(number) for number in range(start, start + BATCH)]
        async with asyncio.timeout(120):
            while True:
                try:
                    answer = await client.send(items)
                except (httpx.TransportError, AssertionError):
                    await asyncio.sleep(0.2)  # ingest is dead, or Kafka did not acknowledge: the same again
                    continue
                assert answer["accepted"] == BATCH, answer
                break
        await asyncio.sleep(0.4)


async def kill_at_random(shoal: LocalShoal, seed: int) -> int:
    """Kill each service KILLS times, at random moments, in a random order; each comes back at once."""
    chance = random.Random(seed)
    victims = [name for name in shoal.admin_urls for _ in range(KILLS)]
    chance.shuffle(victims)
    for name in victims:
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        shoal.kill(name)
        await asyncio.to_thread(shoal.restart, name)
    return len(victims)


async def test_nothing_is_lost_or_counted_twice(shoal: tuple[LocalShoal, Stack, str]) -> None:
    running, stack, dsn = shoal
    truth = {text_key(item(number)["text"]): CLASSES[number % 3] for number in range(SAMPLES)}
    workforce = Workforce(make_people(1), Minds(truth, {}, 1), Terms(speedup=100, webhook_secret=SECRET))
    async with httpx.AsyncClient(timeout=20) as http, serve_workforce(workforce) as vendor:
        client = Client(running, http)
        await client.project(PROJECT, CLASSES)
        provider = {"kind": "generic", "base_url": vendor, "webhook_secret": SECRET, "default": True}
        await client.done("labeling-gateway", "PUT", f"/v1/projects/{PROJECT}/providers/crowd", json=provider)
        await client.done("qa", "PUT", f"/v1/projects/{PROJECT}/rule", json={"exhausted": "close"})
        strategy = {"kind": "random", "share": 0.05}
        await client.campaign(PROJECT, name="all", strategy=strategy, budget={"votes": BUDGET})
        killing = asyncio.create_task(kill_at_random(running, seed=4))
        await stream(client)
        assert await killing == KILLS * len(running.admin_urls)
        conn = await asyncpg.connect(dsn)
        try:
            await eventually(lambda: at_rest(conn), 150)
            await no_sample_is_lost(conn, stack)
            await no_vote_is_counted_twice(conn, workforce)
            await no_budget_is_overrun(conn)
            await labels_agree_with_their_jobs(conn)
        finally:
            await conn.close()


async def at_rest(conn: Any) -> bool:
    """Tell whether everything that was acknowledged has gone all the way."""
    decided = await conn.fetchval("SELECT count(*) FROM sampler.decisions")
    jobs = await conn.fetchval("SELECT count(*) FROM sampler.chosen")
    settled = await conn.fetchval("SELECT count(*) FROM qa.jobs WHERE state IN ('accepted', 'closed')")
    seen = await conn.fetchval("SELECT coalesce(sum(seen), 0) FROM qa.fits")
    last = await conn.fetchval("SELECT coalesce(max(seq), 0) FROM qa.annotations")
    waiting = [
        await conn.fetchval(f"SELECT count(*) FROM {name}.outbox")
        for name in ("ingest", "sampler", "gateway", "qa")
    ]
    return bool(decided == SAMPLES and jobs == settled and seen == last and not any(waiting))


async def no_sample_is_lost(conn: Any, stack: Stack) -> None:
    sent = {sample_id(PROJECT, "wire", str(number)) for number in range(SAMPLES)}
    decided = await conn.fetch("SELECT sample_id FROM sampler.decisions WHERE project = $1", PROJECT)
    assert {row["sample_id"] for row in decided} == sent
    assert len(decided) == len(sent)
    port = int(stack.environment["SHOAL_QDRANT_GRPC_PORT"])
    client = AsyncQdrantClient(
        stack.environment["SHOAL_QDRANT_URL"], grpc_port=port, prefer_grpc=True, check_compatibility=False
    )
    try:
        assert (await client.count(alias_name(PROJECT))).count == SAMPLES
    finally:
        await client.close()


async def no_vote_is_counted_twice(conn: Any, workforce: Workforce) -> None:
    """Compare the vendor's own feed with the gateway's and qa's tables: the same revisions, each once."""
    feed = workforce.board.feed(PROJECT, None, 10**6).annotations
    given = sorted((each["annotation_id"], each["revision"]) for each in feed)
    votes = "SELECT annotation_id, revision FROM {}.annotations ORDER BY 1, 2"
    for schema in ("gateway", "qa"):
        kept = [tuple(row) for row in await conn.fetch(votes.format(schema))]
        assert sorted(kept) == given, schema
    twice = """
        SELECT job_id, annotator FROM (
            SELECT DISTINCT ON (provider, annotation_id) * FROM qa.annotations
            ORDER BY provider, annotation_id, revision DESC) newest
        WHERE label IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"""
    assert await conn.fetch(twice) == []


async def no_budget_is_overrun(conn: Any) -> None:
    reserved, jobs = await conn.fetchrow("SELECT votes_reserved, jobs FROM sampler.campaigns")
    assert reserved <= BUDGET
    assert jobs * MOST == reserved
    assert await conn.fetchval("SELECT count(*) FROM sampler.chosen") == jobs
    bought = await conn.fetch(
        """SELECT job_id, count(*) AS votes FROM (
               SELECT DISTINCT ON (provider, annotation_id) job_id, label FROM qa.annotations
               ORDER BY provider, annotation_id, revision DESC) newest
           WHERE label IS NOT NULL GROUP BY job_id"""
    )
    assert max(row["votes"] for row in bought) <= MOST
    assert sum(row["votes"] for row in bought) <= BUDGET
    for schema in ("sampler.chosen", "gateway.jobs", "qa.jobs"):
        known = {row["job_id"] for row in await conn.fetch(f"SELECT job_id FROM {schema}")}
        assert len(known) == jobs, schema


async def labels_agree_with_their_jobs(conn: Any) -> None:
    wrong = await conn.fetch(
        """SELECT j.job_id FROM qa.jobs j LEFT JOIN qa.labels l ON l.job_id = j.job_id AND l.revision = j.revision
           WHERE (j.state = 'accepted') <> coalesce(l.state IN ('accepted', 'revised'), false)
              OR (j.state = 'accepted' AND l.label IS DISTINCT FROM j.label)"""
    )
    assert wrong == []
    learned = await conn.fetch(
        """SELECT l.sample_id, max(l.revision) AS revision FROM qa.labels l GROUP BY 1
           EXCEPT SELECT sample_id, revision FROM sampler.labels"""
    )
    assert learned == []
