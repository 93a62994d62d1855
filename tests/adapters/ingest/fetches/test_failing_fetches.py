"""Images that cannot be fetched, and hosts and stores that fail."""

import asyncio

import ormsgpack
import pytest

from adapters.ingest.fetches.fetchkit import Ingest, image
from hostkit import digit_png
from publishingkit import received
from shoal.contracts.samples import SampleReferenced
from shoal.media.store import data_sha256
from shoal.messaging import Transient
from shoal.messaging.dead_letters.letters import original_record
from shoal_ingest.usecases.fetch_images import GIVE_UP, MOST_TRIES

pytestmark = pytest.mark.servers


async def test_an_image_that_cannot_be_read_becomes_a_dead_letter_and_stops_nobody(ingest: Ingest) -> None:
    ingest.host.bodies |= {"page.png": b"<html>", "torn.png": digit_png(1)[:200]}
    digest = data_sha256(digit_png(1))
    await ingest.send(
        image(ingest.host.uri("page.png?signature=secret"), "1"),
        image(ingest.host.uri("0.png"), "2"),
        image(ingest.host.uri("torn.png"), "3"),
        image(ingest.host.uri("status/404"), "4"),
        {"source_id": "5", "content": {"uri": ingest.host.uri("2.png"), "sha256": digest}},
        {"source_id": "6", "content": {"uri": ingest.host.uri("1.png"), "sha256": digest}},
    )
    await ingest.fetch()
    sources = {event["source_id"] for topic, event, _ in await ingest.outbox() if "dlq" not in topic}
    assert sources == {"2", "6"}
    letters = sorted(await ingest.letters(), key=lambda facts: int(facts["offset"]))
    assert [facts["offset"] for facts in letters] == ["0", "2", "3", "4"]
    assert {facts["reason"] for facts in letters} == {"media_unreadable"}
    words = ["a web page", "damaged", "answers 404", "content.sha256"]
    for facts, word in zip(letters, words, strict=True):
        assert word in facts["detail"]
        assert (facts["topic"], facts["group"]) == ("samples.referenced", "ingest-fetcher")
        assert "secret" not in facts["detail"]
    assert await ingest.waiting() == 0


async def test_a_replayed_dead_letter_is_fetched_again(ingest: Ingest) -> None:
    ingest.host.bodies["late.png"] = b"not yet"
    await ingest.send(image(ingest.host.uri("late.png")))
    await ingest.fetch()
    row = await ingest.pool.fetchrow("SELECT * FROM outbox WHERE topic LIKE '%dlq'")
    assert row["topic"] == "samples.referenced.ingest-fetcher.dlq"
    headers = tuple(zip(row["header_names"], row["headers"], strict=True))
    record = original_record(headers, row["key"], row["value"])
    ingest.host.bodies["late.png"] = digit_png(5)
    ingest.publisher.messages = [record]
    await ingest.consume()
    await ingest.fetch()
    assert [topic for topic, *_ in await ingest.outbox()][-1] == "samples.ingested"


async def test_a_host_that_fails_is_asked_again_for_an_hour(ingest: Ingest) -> None:
    ingest.host.bodies["1.png"] = digit_png(1)
    await ingest.send(image(ingest.host.uri("status/503")))
    await ingest.fetch()
    row = await ingest.pool.fetchrow("SELECT tries, next_try_at > now() AS waits FROM image_fetches")
    assert (row["tries"], row["waits"]) == (1, True)
    assert await ingest.letters() == []
    await ingest.make_due(GIVE_UP)
    await ingest.fetch()
    (facts,) = await ingest.letters()
    assert "answers 503; it was asked for an hour" in facts["detail"]


async def test_a_slow_host_of_one_tenant_does_not_hold_up_another(ingest: Ingest) -> None:
    slow = [image(ingest.host.uri(f"slow/{number}"), str(number)) for number in range(60)]
    fast = [image(ingest.host.uri(f"{number}.png"), str(number)) for number in range(40)]
    await ingest.send(*slow, project="slow")
    await ingest.send(*fast)
    async with asyncio.timeout(120):
        while len(await ingest.outbox()) < len(fast):
            await ingest.loop.step()
    await ingest.fetch()
    is_slow = [path.startswith("slow") for path in ingest.host.asked]
    assert is_slow.index(False) < 8  # beside the first slow ones: 8 are asked for at once
    assert sum(is_slow) <= 24  # then their host is left alone
    assert await ingest.waiting() == 60


async def test_an_outage_of_the_store_makes_no_dead_letter(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Transient("the media store is unavailable")

    await ingest.send(image(ingest.host.uri("1.png")))
    with monkeypatch.context() as patch:
        patch.setattr("shoal.media.fsspec_store.FsspecMedia.put", fail)
        for _ in range(MOST_TRIES + 2):
            with pytest.raises(Transient):
                await ingest.fetch()
            await ingest.make_due()
    assert await ingest.letters() == []
    await ingest.fetch()
    assert [topic for topic, *_ in await ingest.outbox()] == ["samples.ingested"]


async def test_an_image_that_ends_the_process_each_time_is_given_up(ingest: Ingest) -> None:
    await ingest.send(image(ingest.host.uri("1.png")))
    await ingest.pool.execute("UPDATE image_fetches SET tries = $1", MOST_TRIES)
    await ingest.fetch()
    (facts,) = await ingest.letters()
    assert facts["reason"] == "handler_error"
    assert ingest.host.asked == []


async def test_a_fault_of_ours_with_one_image_does_not_make_the_loop_wait(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("a fault of ours")

    await ingest.send(image(ingest.host.uri("1.png")))
    with monkeypatch.context() as patch:
        patch.setattr("shoal.media.fsspec_store.FsspecMedia.put", fail)
        await ingest.fetch()
    assert await ingest.pool.fetchval("SELECT tries FROM image_fetches") == 1


async def test_a_reference_whose_sample_has_an_odd_id_is_refused(ingest: Ingest) -> None:
    await ingest.send(image(ingest.host.uri("1.png")))
    (message,) = ingest.publisher.messages
    event = SampleReferenced.model_validate(ormsgpack.unpackb(message.value))
    odd = received(event.model_copy(update={"sample_id": "odd"}), message.topic)
    consumer = next(part for part in ingest.service.consumers if part.group == "ingest-fetcher")
    assert [rejection.reason for rejection in await consumer.handle([odd])] == ["event_invalid"]
