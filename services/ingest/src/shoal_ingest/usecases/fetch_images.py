"""Fetch the images that samples name by their addresses, and ingest the samples with them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shoal.contracts.samples import SampleReferenced
from shoal.contracts.topics import SAMPLES_REFERENCED
from shoal.media.store import data_sha256
from shoal.messaging import OutgoingMessage, encode
from shoal.messaging.dead_letters.late import LateLetters, TakenRecord
from shoal.messaging.errors import is_transient
from shoal.observability.logs import get_logger
from shoal.observability.metrics import LOOP_FAILURES
from shoal.pictures.decoding import BadPicture
from shoal_ingest import metrics
from shoal_ingest.usecases.accept import SOURCE, ingested_message
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.ports import (
    Fetch,
    FetchQueue,
    HostFault,
    ImageSource,
    MediaFacts,
    Reference,
)
from shoal_ingest.usecases.media.references import ingested_sample
from shoal_ingest.usecases.media.uris import stored_content

MOST_AT_ONCE = 32
"""Images that one process fetches at a time."""
OF_PROJECT = 8
"""Images of one project among them: a slow host holds up those of its tenant only."""
LEASE = timedelta(minutes=3)
"""Time after which another process takes over what a dead one had in hand."""
GIVE_UP = timedelta(hours=1)
"""Time for which a host that fails is asked again."""
MOST_TRIES = 20
"""More tries than an hour has: each of the last ones ended this process or met a fault of ours."""
log = get_logger(__name__)
_WAIT_S = 0.5  # until the queue is looked at again while hosts are slow
_FIRST, _LONGEST = timedelta(seconds=10), timedelta(minutes=10)  # between the tries of an image


class QueueFetches:
    """Stores samples that wait for their image; no image holds up the topic."""

    def __init__(self, queue: FetchQueue, wake: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._queue = queue
        self._wake = wake
        self._clock = clock

    async def __call__(self, references: Sequence[Reference]) -> None:
        """Store samples; repeated ones change nothing."""
        await self._queue.add(references, self._clock())
        self._wake()


class FetchImages:
    """A loop's step. An image that cannot be read becomes a dead letter; a host that fails is asked again."""

    def __init__(
        self,
        *,
        queue: FetchQueue,
        source: ImageSource,
        keep_media: KeepMedia,
        letters: LateLetters,
        clock: Callable[[], datetime],
    ) -> None:
        self._queue = queue
        self._source = source
        self._keep_media = keep_media
        self._letters = letters
        self._clock = clock
        self._running: dict[asyncio.Task[None], str] = {}

    async def __call__(self) -> int:
        """Begin what is due, and wait for one to end, or half a second; return how many are in hand."""
        await self._begin_due()
        count = len(self._running)
        if self._running:
            await asyncio.wait(self._running, timeout=_WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        self._collect_ended()
        return count

    async def close(self) -> None:
        """Cancel what is in hand, which is begun anew after its lease, and close the connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        await self._source.close()

    async def _begin_due(self) -> None:
        now = self._clock()
        most = MOST_AT_ONCE - len(self._running)
        if not most:
            return
        busy = Counter(self._running.values())
        for fetch in await self._queue.claim(now, now + LEASE, most=most, of_project=OF_PROJECT, busy=busy):
            self._running[asyncio.create_task(self._process(fetch))] = fetch.reference.event.project

    def _collect_ended(self) -> None:
        """Forget what has ended. Raises the first outage, after which the loop waits.

        A fault with one image is logged and counted: the images of others do not wait for it.
        """
        ended = [task for task in self._running if task.done()]
        for task in ended:
            del self._running[task]
        errors = [error for task in ended if (error := task.exception()) is not None]
        for error in errors:
            if not is_transient(error):
                LOOP_FAILURES.labels("fetch_images").inc()
                log.error("image_not_fetched", error=repr(error))
        for error in filter(is_transient, errors):
            raise error

    async def _process(self, fetch: Fetch) -> None:
        """End or postpone a fetch. Raises outages and faults of ours, after which it comes again."""
        try:
            if fetch.tries > MOST_TRIES:
                await self._refuse(fetch, "handler_error", f"begun {MOST_TRIES} times without a result")
            else:
                await self._ingest(fetch)
        except HostFault as error:
            await self._postpone(fetch, error)
        except BadPicture as error:
            await self._refuse(fetch, "media_unreadable", str(error))
        except Exception as error:
            tries = fetch.tries - is_transient(error)  # an outage never makes a dead letter
            await self._queue.postpone(fetch, self._clock() + _FIRST, tries)
            raise

    async def _ingest(self, fetch: Fetch) -> None:
        """Ingest a sample with its image. Raises BadPicture, HostFault and Transient."""
        event = fetch.reference.event
        stored = await self._queue.image_of(event.project, event.sample_id)
        result = "fetched" if stored is None else "repeated"
        sha256, facts = stored or await self._read_image(event)
        sample = ingested_sample(event, stored_content(sha256, facts))
        message = ingested_message(sample, self._clock())
        is_published = await self._queue.finish(fetch, sha256, message)
        metrics.FETCHES.labels(event.project, result if is_published else "dropped").inc()

    async def _read_image(self, event: SampleReferenced) -> tuple[str, MediaFacts]:
        data = await self._source.fetch(event.project, event.content.uri or "")
        if event.content.sha256 not in (None, data_sha256(data)):
            raise BadPicture("has another content than content.sha256 says")
        media = await self._keep_media(event.project, data)
        return media.sha256, media.facts

    async def _postpone(self, fetch: Fetch, error: HostFault) -> None:
        now = self._clock()
        if now - fetch.arrived_at >= GIVE_UP:
            detail = f"{error}; it was asked for an hour: replay the dead letter when the host answers"
            await self._refuse(fetch, "media_unreadable", detail)
            return
        wait = timedelta(seconds=error.wait_s) or min(_LONGEST, _FIRST * 2 ** (fetch.tries - 1))
        await self._queue.postpone(fetch, now + wait, fetch.tries - (error.wait_s > 0))
        metrics.FETCHES.labels(fetch.reference.event.project, "postponed").inc()

    async def _refuse(self, fetch: Fetch, reason: str, detail: str) -> None:
        reference = fetch.reference
        address = (reference.event.content.uri or "").partition("?")[0]  # what follows may be a signature
        record = TakenRecord.of(_referenced_message(reference), reference.partition, reference.offset)
        letter = self._letters.letter_of(record, reason, f"content.uri: {address[:200]}: {detail}")
        is_refused = await self._queue.refuse(fetch, letter)
        metrics.FETCHES.labels(reference.event.project, "refused" if is_refused else "dropped").inc()


def _referenced_message(reference: Reference) -> OutgoingMessage:
    event = reference.event
    return encode(
        SAMPLES_REFERENCED, event, event_id=reference.event_id, source=SOURCE, time=event.received_at
    )
