"""Collections and aliases that are missing in Qdrant are made anew, and filled from Kafka."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import numpy as np
import ormsgpack
import pytest
from qdrant_client import AsyncQdrantClient, models

from publishingkit import FakePublisher
from shoal.contracts.samples import (
    Content,
    Embedding,
    Generation,
    SampleEmbedded,
    SampleErased,
    SampleIngested,
    alias_name,
    collection_name,
)
from shoal_embedder.adapters.embedded_samples import EmbeddedTopic
from shoal_embedder.adapters.qdrant import QdrantStore
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.refill import MendStore
from shoal_embedder.usecases.supplied import Arrival
from shoal_sampler.adapters.qdrant import QdrantLookup
from unit.embedder.test_embedder import Encoder, encode_with
from wire.wirekit import connected, kafka_settings

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, NEW = Generation(name="own", version="1", dimension=2), Generation(name="own", version="2", dimension=2)


@pytest.fixture
async def client(qdrant_url: str, qdrant_grpc_port: int) -> AsyncIterator[AsyncQdrantClient]:
    qdrant = AsyncQdrantClient(
        qdrant_url, grpc_port=qdrant_grpc_port, prefer_grpc=True, check_compatibility=False
    )
    yield qdrant
    await qdrant.close()


@pytest.fixture
def project() -> str:
    return f"p{uuid.uuid4().hex}"


def sample(project: str, number: int, generation: Generation | None = None) -> Arrival:
    vector = np.array([number, 1], "<f4").tobytes()
    event = SampleIngested(
        project=project,
        sample_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{project}{number}")),
        source="wire",
        source_id=str(number),
        content=Content(text="x" * (number + 1)),
        embedding=None if generation is None else Embedding(generation=generation, vector=vector),
        occurred_at=NOON,
        received_at=NOON,
    )
    return Arrival(event, f"{project}-{number}")


class Embedder:
    """The use cases over a real Qdrant; `published` are the events of samples.embedded."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self.store, self.erased, self.publisher = QdrantStore(client), Erased(), FakePublisher()
        self.embed = EmbedSamples(
            encode=encode_with(Encoder()),
            store=self.store,
            erased=self.erased,
            publisher=self.publisher,
            clock=lambda: NOON,
        )
        self.mend = MendStore(self.store, self, self.erased)

    async def batches(self) -> AsyncIterator[Sequence[SampleEmbedded]]:
        for message in self.publisher.messages:
            yield [decoded(message.value)]


def decoded(value: bytes) -> SampleEmbedded:
    return SampleEmbedded.model_validate(ormsgpack.unpackb(value))


async def alias_target(client: AsyncQdrantClient, project: str) -> str | None:
    aliases = {entry.alias_name: entry.collection_name for entry in (await client.get_aliases()).aliases}
    return aliases.get(alias_name(project))


async def delete_alias(client: AsyncQdrantClient, project: str) -> None:
    gone = models.DeleteAlias(alias_name=alias_name(project))
    await client.update_collection_aliases([models.DeleteAliasOperation(delete_alias=gone)])


async def test_a_dropped_collection_is_made_anew_by_the_next_samples_and_filled(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder, name = Embedder(client), collection_name(project, OLD)
    assert await embedder.embed([sample(project, number) for number in range(5)]) == []
    await client.delete_collection(name)
    assert await embedder.embed([sample(project, 5)]) == []  # no dead letter
    assert (await client.count(name)).count == 1
    assert await alias_target(client, project) == name
    embedder.erased.add(
        SampleErased(
            project=project, sample_id=sample(project, 2).event.sample_id, reason="asked", erased_at=NOON
        )
    )
    assert await embedder.mend() == 5
    assert (await client.count(name)).count == 5  # without the erased one
    assert await embedder.mend() == 0
    third = sample(project, 3).event.sample_id
    stored = await QdrantLookup(client).find(project, [third])
    assert stored[third].generation == OLD.slug()


async def test_a_dropped_collection_is_made_anew_without_new_samples(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder, name = Embedder(client), collection_name(project, OLD)
    await embedder.embed([sample(project, number) for number in range(3)])
    await client.delete_collection(name)
    assert await embedder.mend() == 3
    assert (await client.count(name)).count == 3
    assert await alias_target(client, project) == name


async def test_erased_samples_that_a_snapshot_brought_back_are_deleted_by_a_refill(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder, name = Embedder(client), collection_name(project, OLD)
    await embedder.embed([sample(project, number) for number in range(4)])
    embedder.publisher.messages.clear()  # older than the topic
    for number in (1, 2):
        erased = sample(project, number).event.sample_id
        embedder.erased.add(SampleErased(project=project, sample_id=erased, reason="asked", erased_at=NOON))
    assert await embedder.mend.refill("another") == 0
    assert (await client.count(name)).count == 4
    assert await embedder.mend.refill(project) == 0
    assert (await client.count(name)).count == 2


async def test_a_missing_alias_is_made_anew_and_names_the_generation_in_use(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder = Embedder(client)
    await embedder.embed([sample(project, 0, OLD), sample(project, 1, NEW)])
    assert await alias_target(client, project) == collection_name(project, NEW)
    await delete_alias(client, project)
    await embedder.mend()
    assert await alias_target(client, project) == collection_name(project, NEW)


async def test_an_alias_that_another_process_left_missing_is_made_anew(
    client: AsyncQdrantClient, project: str
) -> None:
    first = Embedder(client)
    await first.embed([sample(project, 0, OLD), sample(project, 1, OLD), sample(project, 2, NEW)])
    await delete_alias(client, project)
    await Embedder(client).mend()  # one that has not seen the project: the larger collection
    assert await alias_target(client, project) == collection_name(project, OLD)


async def test_a_process_that_ended_between_collection_and_alias(
    client: AsyncQdrantClient, project: str
) -> None:
    await Embedder(client).embed([sample(project, 0, OLD)])
    size = models.VectorParams(size=2, distance=models.Distance.COSINE)
    await client.create_collection(collection_name(project, NEW), vectors_config=size)
    await Embedder(client).embed([sample(project, 1, NEW)])
    assert await alias_target(client, project) == collection_name(project, NEW)
    await Embedder(client).embed([sample(project, 2, OLD)])  # a straggler moves nothing back
    assert await alias_target(client, project) == collection_name(project, NEW)


async def test_two_replicas_fill_a_collection_once(client: AsyncQdrantClient, project: str) -> None:
    first, second = Embedder(client), Embedder(client)
    await first.embed([sample(project, 0)])
    await second.embed([sample(project, 1)])
    await client.delete_collection(collection_name(project, OLD))
    assert await first.mend() == 1
    assert await second.mend() == 0


async def test_ids_that_qdrant_does_not_take_are_erased_without_an_error(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder = Embedder(client)
    arrival = sample(project, 0)
    await embedder.embed([arrival])
    await embedder.store.delete(project, ["odd", "", "urn:uuid:" + arrival.event.sample_id, "7"])
    assert (await client.count(collection_name(project, OLD))).count == 1
    await embedder.store.delete(project, ["odd", arrival.event.sample_id])
    assert (await client.count(collection_name(project, OLD))).count == 0


async def test_samples_with_large_tags_fit_into_requests(client: AsyncQdrantClient, project: str) -> None:
    embedder = Embedder(client)
    tags = {"note": "x" * 400_000}
    arrivals = [sample(project, number) for number in range(192)]
    large = [
        Arrival(arrival.event.model_copy(update={"tags": tags}), arrival.event_id) for arrival in arrivals
    ]
    assert await embedder.embed(large) == []
    assert (await client.count(collection_name(project, OLD))).count == 192


async def test_vectors_that_the_store_never_takes_do_not_keep_others_out(
    client: AsyncQdrantClient, project: str
) -> None:
    embedder, name = Embedder(client), collection_name(project, OLD)
    await embedder.embed([sample(project, number) for number in range(3)])
    events = [decoded(message.value) for message in embedder.publisher.messages]
    wide = OLD.model_copy(update={"dimension": 3})
    larger = Embedding(generation=wide, vector=np.ones(3, "<f4").tobytes())
    odd = [{"sample_id": "odd"}, {"embedding": larger}, {"embedding": Embedding(generation=OLD, vector=b"")}]
    everything = [*events, *(events[0].model_copy(update=fields) for fields in odd)]

    class Topic:
        async def batches(self) -> AsyncIterator[Sequence[SampleEmbedded]]:
            yield everything

    await client.delete_collection(name)
    assert await MendStore(embedder.store, Topic(), embedder.erased).fill(project=project) == 3
    assert (await client.count(name)).count == 3


@pytest.mark.kafka
async def test_the_topic_is_read_to_its_end(
    client: AsyncQdrantClient, project: str, kafka_bootstrap: str
) -> None:
    settings = kafka_settings(kafka_bootstrap).model_copy(update={"provision_topics": True})
    embedder = Embedder(client)
    await embedder.embed([sample(project, number) for number in range(700)])
    async with connected(settings) as messaging:
        await messaging.publisher.publish(embedder.publisher.messages)
    await client.delete_collection(collection_name(project, OLD))
    restored = await MendStore(embedder.store, EmbeddedTopic(settings), embedder.erased).fill(project=project)
    assert restored == 700
    assert (await client.count(collection_name(project, OLD))).count == 700
