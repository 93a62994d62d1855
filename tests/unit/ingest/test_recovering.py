"""What a restored database learns of samples whose image was at an address."""

from collections.abc import AsyncIterator, Collection
from typing import Any

from shoal.contracts.ids import sample_id
from shoal.contracts.samples import Content, SampleIngested, SampleReferenced
from shoal.contracts.topics import Topic
from shoal_ingest.recovering import recover_tables
from shoal_ingest.usecases.contents import content_digest
from shoal_ingest.usecases.media.references import ingested_sample
from shoal_ingest.usecases.recover_samples import RecoverSamples
from unit.ingest.test_accept import NOON, Generations, SampleIds

STORED = Content(
    uri=f"media:{'a' * 64}", sha256="a" * 64, media_type="image/png", width=4, height=3, bytes=99
)


class Ledger:
    """Keeps the uses of images."""

    def __init__(self) -> None:
        self.uses: list[tuple[str, str, str]] = []

    async def note(self, *_: Any) -> bool:
        return True

    async def use(self, uses: Collection[tuple[str, str, str]]) -> Collection[tuple[str, str]]:
        self.uses += uses
        return ()


def referenced() -> SampleReferenced:
    return SampleReferenced(
        project="news",
        sample_id=sample_id("news", "camera", "1"),
        source="camera",
        source_id="1",
        content=Content(uri="https://images.example.com/1.jpg", media_type="image/*"),
        occurred_at=NOON,
        received_at=NOON,
    )


async def test_the_content_that_the_producer_sent_stands_and_the_image_is_used() -> None:
    ids, ledger = SampleIds(), Ledger()
    recover = RecoverSamples(ids, Generations(), ledger, lambda: NOON)  # type: ignore[arg-type]
    sent = referenced()
    published: list[SampleIngested] = [sent, ingested_sample(sent, STORED)]
    assert [await recover([event]) for event in published] == [1, 0]
    assert ids.digests == {
        ("news", sent.sample_id): content_digest(sent)
    }  # sent again, it is the same content
    assert ledger.uses == [("news", sent.sample_id, "a" * 64)]


async def test_references_are_read_before_the_samples_that_came_of_them() -> None:
    class History:
        def __init__(self) -> None:
            self.topics: list[str] = []

        async def read(self, topic: Topic) -> AsyncIterator[list[Any]]:
            self.topics.append(topic.name)
            for batch in ():
                yield batch

    history = History()
    assert await recover_tables(None, history) == {"projects": 0, "samples": 0, "erasures": 0}
    assert history.topics == [
        *("projects.changed", "samples.referenced", "samples.ingested", "samples.boxed", "samples.erased")
    ]
