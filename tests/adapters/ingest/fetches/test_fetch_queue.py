"""The queue of images to fetch, in PostgreSQL."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.ingest.fetches.fetchkit import Ingest, claim, reference, shares
from shoal.clock import utc_now
from shoal.contracts.topics import SAMPLES_REFERENCED
from shoal.messaging.records.decoding import Decoder
from shoal_ingest.adapters.fetches import PostgresFetches

pytestmark = pytest.mark.servers


async def test_projects_share_the_queue(ingest: Ingest) -> None:
    queue = PostgresFetches(ingest.pool)
    for project, count in (("a", 50), ("b", 2), ("c", 50)):
        await queue.add([reference(project, str(uuid4())) for _ in range(count)], utc_now())
    assert shares(await claim(queue, 8)) == {"a": 3, "b": 2, "c": 3}
    assert shares(await claim(queue, 8, a=4)) == {"c": 4}
    assert shares(await claim(queue, 3, a=3, c=1)) == {"a": 1, "c": 2}
    assert await claim(queue, 8, a=4, c=4) == []
    assert await claim(queue, 8, a=9, c=9) == []


async def test_two_processes_never_have_the_same_image_and_a_dead_one_loses_it(ingest: Ingest) -> None:
    queue = PostgresFetches(ingest.pool)
    references = [reference(f"p{number % 9}", str(uuid4())) for number in range(36)]
    await queue.add(references, utc_now())
    claims = await asyncio.gather(*(claim(queue, 4) for _ in range(9)))
    samples = [fetch.reference.event.sample_id for part in claims for fetch in part]
    assert len(samples) == len(set(samples)) > 0
    lost = claims[0][0]
    await ingest.pool.execute("UPDATE image_fetches SET next_try_at = now()")
    (taken,) = [fetch for fetch in await claim(queue, 40) if fetch.reference.event == lost.reference.event]
    assert (lost.tries, taken.tries) == (1, 2)
    message = Decoder(SAMPLES_REFERENCED)  # any object: a lost fetch publishes nothing
    assert await queue.finish(lost, "0" * 64, message) is False  # type: ignore[arg-type]
    assert await queue.refuse(lost, message) is False  # type: ignore[arg-type]


async def test_the_events_of_one_sample_keep_their_order(ingest: Ingest) -> None:
    queue = PostgresFetches(ingest.pool)
    sample = str(uuid4())
    await queue.add([reference("news", sample, "first"), reference("news", sample, "second")], utc_now())
    await queue.add([reference("news", sample, "first")], utc_now())  # a redelivery
    (fetch,) = await claim(queue)
    assert fetch.reference.event_id == "first"
    assert await claim(queue) == []
    await queue.postpone(fetch, utc_now() - timedelta(seconds=1), 1)
    (fetch,) = await claim(queue)
    assert fetch.reference.event_id == "first"
