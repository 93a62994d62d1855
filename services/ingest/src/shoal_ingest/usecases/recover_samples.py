"""Samples that Kafka has and the database lacks, because it was restored to an earlier moment."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shoal.contracts.samples import SampleIngested
from shoal.messaging import Transient
from shoal_ingest.usecases.contents import content_digest
from shoal_ingest.usecases.media.ports import MediaFacts, MediaLedger
from shoal_ingest.usecases.media.uris import stored_sha256
from shoal_ingest.usecases.ports import Generations, SampleIds

_KEPT = timedelta(hours=1)  # until the use of an image is noted, in the next statement


class RecoverSamples:
    """Stores the ids, digests, images and encoders of published samples. Idempotent."""

    def __init__(
        self,
        sample_ids: SampleIds,
        generations: Generations,
        ledger: MediaLedger,
        clock: Callable[[], datetime],
    ) -> None:
        self._sample_ids = sample_ids
        self._generations = generations
        self._ledger = ledger
        self._clock = clock

    async def __call__(self, events: Sequence[SampleIngested]) -> int:
        """Store what a batch tells; return how many samples were missing. Raises Transient."""
        await self._note_encoders(events)
        await self._note_images(events)
        digests = {(event.project, event.sample_id): content_digest(event) for event in reversed(events)}
        if await self._sample_ids.claim(digests) is None:
            raise Transient("PostgreSQL is unavailable")
        return len(await self._sample_ids.confirm(digests))

    async def _note_encoders(self, events: Sequence[SampleIngested]) -> None:
        generations = {
            (event.project, event.embedding.generation.name, event.embedding.generation.version):
                event.embedding.generation.dimension
            for event in events
            if event.embedding is not None
        }  # fmt: skip
        if generations:
            await self._generations.dimensions(generations)

    async def _note_images(self, events: Sequence[SampleIngested]) -> None:
        """Store images and their uses, so that files that samples use are not removed."""
        facts: dict[tuple[str, str], MediaFacts] = {}
        uses: list[tuple[str, str, str]] = []
        for event in events:
            content, sha256 = event.content, stored_sha256(event.content)
            if sha256 and content.width and content.height and content.bytes is not None:
                facts[event.project, sha256] = MediaFacts(
                    media_type=content.media_type,
                    width=content.width,
                    height=content.height,
                    bytes=content.bytes,
                    perceptual_hash=content.perceptual_hash,
                )
                uses.append((event.project, event.sample_id, sha256))
        for (project, sha256), fact in sorted(facts.items(), key=lambda item: item[0]):
            await self._ledger.note(project, sha256, fact, self._clock() + _KEPT)
        if uses:
            await self._ledger.use(uses)
