"""What becomes of an image at an address: ingested, asked for again later, or a dead letter."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import ormsgpack
import pytest

from hostkit import digit_png
from shoal.contracts.samples import Content, Cropping, SampleReferenced
from shoal.contracts.topics import SAMPLES_REFERENCED
from shoal.media.fsspec_store import FsspecMedia
from shoal.media.store import data_sha256, media_uri
from shoal.messaging import OutgoingMessage, Transient
from shoal.messaging.dead_letters.late import LateLetters
from shoal.messaging.dead_letters.letters import letter_facts
from shoal.observability.metrics import LOOP_FAILURES
from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import PictureLimits
from shoal_ingest.usecases.fetch_images import GIVE_UP, MOST_TRIES, FetchImages
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.ports import Fetch, HostFault, MediaFacts, Reference
from shoal_ingest.usecases.media.work import PictureWork

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
IMAGE = digit_png(3)
FACTS = MediaFacts(media_type="image/png", width=64, height=64, bytes=len(IMAGE))


class Queue:
    """Gives what is in `due` once, and keeps what becomes of it."""

    def __init__(self) -> None:
        self.due: list[Fetch] = []
        self.stored: tuple[str, MediaFacts] | None = None
        self.published: list[OutgoingMessage] = []
        self.letters: list[OutgoingMessage] = []
        self.postponed: list[tuple[timedelta, int]] = []
        self.fault: Exception | None = None

    async def add(self, references: Collection[Reference], now: datetime) -> None:
        self.due += [Fetch(reference, 1, now) for reference in references]

    async def claim(
        self, now: datetime, until: datetime, *, most: int, of_project: int, busy: Mapping[str, int]
    ) -> list[Fetch]:
        claimed, self.due = self.due[:most], self.due[most:]
        return claimed

    async def image_of(self, project: str, sample_id: str) -> tuple[str, MediaFacts] | None:
        return self.stored

    async def finish(self, fetch: Fetch, sha256: str, message: OutgoingMessage) -> bool:
        if self.fault is not None:
            raise self.fault
        self.published.append(message)
        return True

    async def postpone(self, fetch: Fetch, until: datetime, tries: int) -> None:
        self.postponed.append((until - NOON, tries))

    async def refuse(self, fetch: Fetch, letter: OutgoingMessage) -> bool:
        self.letters.append(letter)
        return True


class Source:
    """Returns `data`, or raises it; `asked` counts. None never answers."""

    def __init__(self) -> None:
        self.data: bytes | Exception | None = IMAGE
        self.asked = 0
        self.closed = False

    async def fetch(self, project: str, uri: str) -> bytes:
        self.asked += 1
        if self.data is None:
            await asyncio.sleep(1000)
        if isinstance(self.data, Exception):
            raise self.data
        assert self.data is not None
        return self.data

    async def close(self) -> None:
        self.closed = True


class Ledger:
    async def note(self, *_: Any) -> bool:
        return True


class Bench:
    """The use case with its queue and its source of images."""

    def __init__(self) -> None:
        self.queue, self.source = Queue(), Source()
        keep_media = KeepMedia(
            ledger=Ledger(),  # type: ignore[arg-type]
            store=FsspecMedia(f"memory://{uuid4().hex}"),
            work=PictureWork(1),
            limits=PictureLimits(),
            clock=lambda: NOON,
        )
        self.fetch_images = FetchImages(
            queue=self.queue,
            source=self.source,
            keep_media=keep_media,
            letters=LateLetters(SAMPLES_REFERENCED, "ingest-fetcher", "1", lambda: NOON),
            clock=lambda: NOON,
        )

    async def run(self, fetch: Fetch) -> None:
        self.queue.due.append(fetch)
        async with asyncio.timeout(120):
            while await self.fetch_images():
                pass

    def facts(self) -> dict[str, str]:
        """Return the facts of the only dead letter."""
        (letter,) = self.queue.letters
        return letter_facts(letter.headers)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.fetch_images.close()
    assert bench.source.closed


def fetch(tries: int = 1, age: timedelta = timedelta(), **more: Any) -> Fetch:
    content = Content(uri="https://images.example.com/3.png?key=secret", sha256=more.pop("sha256", None))
    event = SampleReferenced(
        project="reef",
        sample_id=str(uuid4()),
        source="camera",
        source_id="3",
        content=content,
        occurred_at=NOON,
        received_at=NOON,
        **more,
    )
    return Fetch(Reference(event, "event", 2, 7), tries, NOON - age)


@pytest.mark.parametrize(
    ("more", "topic"), [({}, "samples.ingested"), ({"cropping": Cropping()}, "samples.boxed")]
)
async def test_a_sample_is_ingested_with_the_uri_of_what_was_read(
    bench: Bench, more: dict[str, Any], topic: str
) -> None:
    await bench.run(fetch(sha256=data_sha256(IMAGE), **more))
    (message,) = bench.queue.published
    assert message.topic == topic
    content = ormsgpack.unpackb(message.value)["content"]
    assert content["uri"] == media_uri(data_sha256(IMAGE))
    assert (content["media_type"], content["width"], content["bytes"]) == ("image/png", 64, len(IMAGE))


async def test_an_image_that_the_sample_has_is_not_read_again(bench: Bench) -> None:
    bench.queue.stored = ("a" * 64, FACTS)
    await bench.run(fetch())
    assert bench.source.asked == 0
    (message,) = bench.queue.published
    assert ormsgpack.unpackb(message.value)["content"]["uri"] == media_uri("a" * 64)


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (BadPicture("the host answers 404"), {}, "answers 404"),
        (b"<html>", {}, "a web page"),
        (IMAGE, {"sha256": "0" * 64}, "content.sha256"),
    ],
)
async def test_what_cannot_be_read_becomes_a_dead_letter_without_the_signature_of_its_address(
    bench: Bench, data: bytes | Exception, more: dict[str, Any], words: str
) -> None:
    bench.source.data = data
    await bench.run(fetch(**more))
    facts = bench.facts()
    assert (facts["reason"], facts["partition"], facts["offset"]) == ("media_unreadable", "2", "7")
    assert words in facts["detail"]
    assert "https://images.example.com/3.png:" in facts["detail"]
    assert "secret" not in facts["detail"]
    assert bench.queue.published == []


async def test_a_host_that_fails_is_asked_again_later_and_later(bench: Bench) -> None:
    bench.source.data = HostFault("the host answers 503")
    for tries in (1, 2, 7, MOST_TRIES):
        await bench.run(fetch(tries))
    waits = [timedelta(seconds=10), timedelta(seconds=20), timedelta(minutes=10), timedelta(minutes=10)]
    assert bench.queue.postponed == list(zip(waits, (1, 2, 7, MOST_TRIES), strict=True))
    await bench.run(fetch(age=GIVE_UP))
    assert "it was asked for an hour" in bench.facts()["detail"]


async def test_a_host_that_is_left_alone_costs_no_try(bench: Bench) -> None:
    bench.source.data = HostFault("is left alone", wait_s=42.0)
    await bench.run(fetch(3))
    assert bench.queue.postponed == [(timedelta(seconds=42), 2)]


async def test_an_outage_costs_no_try(bench: Bench) -> None:
    bench.queue.fault = Transient("PostgreSQL is away")
    with pytest.raises(Transient):  # after which the loop waits
        await bench.run(fetch(5))
    assert bench.queue.postponed == [(timedelta(seconds=10), 4)]
    assert bench.queue.letters == []


async def test_a_fault_of_ours_costs_a_try_is_counted_and_holds_up_no_other_image(bench: Bench) -> None:
    before = faults_counted()
    bench.queue.fault = KeyError("bug")
    await bench.run(fetch(5))
    assert bench.queue.postponed == [(timedelta(seconds=10), 5)]
    assert bench.queue.letters == []
    assert faults_counted() == before + 1


def faults_counted() -> float:
    return LOOP_FAILURES.labels("fetch_images")._value.get()


async def test_what_ends_the_process_each_time_is_given_up(bench: Bench) -> None:
    await bench.run(fetch(MOST_TRIES + 1))
    assert bench.facts()["reason"] == "handler_error"
    assert bench.source.asked == 0


async def test_a_stop_does_not_wait_for_a_slow_host(bench: Bench) -> None:
    bench.source.data = None
    bench.queue.due.append(fetch())
    assert await bench.fetch_images() == 1
    async with asyncio.timeout(120):  # the host takes 1,000 s
        await bench.fetch_images.close()
    assert bench.queue.published == bench.queue.letters == bench.queue.postponed == []
