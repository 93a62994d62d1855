"""A project of texts and images has two generations; a sample of either is found as an example."""

from collections.abc import AsyncIterator

import pytest
from qdrant_client import AsyncQdrantClient, models

from adapters.embedder.test_missing_collections import NEW, NOON, OLD, Embedder, sample
from shoal.contracts.ids import crop_id
from shoal.contracts.samples import Content, Cropping, PredictedBox, Prediction, SampleErased, collection_name
from shoal_embedder.usecases.supplied import Arrival
from shoal_sampler.adapters.neighbours import QdrantNeighbours
from shoal_sampler.adapters.qdrant import QdrantLookup
from shoal_sampler.usecases.ports.stream import Condition
from unit.embedder.test_embedder import Images

pytestmark = pytest.mark.kafka


@pytest.fixture
async def client(qdrant_url: str, qdrant_grpc_port: int) -> AsyncIterator[AsyncQdrantClient]:
    qdrant = AsyncQdrantClient(
        qdrant_url, grpc_port=qdrant_grpc_port, prefer_grpc=True, check_compatibility=False
    )
    yield qdrant
    await qdrant.close()


async def test_an_example_is_found_in_the_generation_that_has_it(client: AsyncQdrantClient) -> None:
    embedder, project = Embedder(client), "two-kinds"
    text, image = sample(project, 0, OLD), sample(project, 1, NEW)
    assert await embedder.embed([text, image]) == []
    ids = [text.event.sample_id, image.event.sample_id]
    stored = await QdrantLookup(client).find(project, [*ids, "not-a-uuid"])
    assert {stored[sample_id].generation for sample_id in ids} == {OLD.slug(), NEW.slug()}
    assert await QdrantLookup(client).find("another-project", ids) == {}


BOX = {"left": 0.1, "top": 0.25, "right": 0.5, "bottom": 0.75}


def photo(project: str, number: int) -> Arrival:
    bare = sample(project, number)
    prediction = Prediction(model="reef", version="7", boxes=(PredictedBox(label="crab", **BOX),))
    event = bare.event.model_copy(
        update={
            "content": Content(uri=f"media:{number}.png", media_type="image/png"),
            "prediction": prediction,
            "cropping": Cropping(),
        }
    )
    return Arrival(event, bare.event_id)


async def test_a_crop_is_a_point_with_its_image_and_goes_with_it(client: AsyncQdrantClient) -> None:
    embedder, project = Embedder(client), "crops-of-images"
    photos = [photo(project, number) for number in range(3)]
    assert await embedder.embed(photos) == []
    ids = [arrival.event.sample_id for arrival in photos]
    crops = [crop_id(sample_id, **BOX) for sample_id in ids]
    name = collection_name(project, Images.generation)
    (record,) = await client.retrieve(name, [crops[1]], with_payload=True)
    assert record.payload is not None
    assert record.payload["parent_id"] == ids[1]
    assert record.payload["crop"] == [0.1, 0.25, 0.5, 0.75]
    assert record.payload["predicted_label"] == "crab"
    assert record.payload["model_version"] == "7"
    assert set(await QdrantLookup(client).find(project, crops)) == set(crops)
    await embedder.store.delete(project, [ids[1]])
    assert set(await QdrantLookup(client).find(project, [*ids, *crops])) == {
        *ids[::2],
        *crops[::2],
    }
    # What is filled again from Kafka has the crops too, and those of erased images stay erased.
    await client.delete_collection(name)
    embedder.erased.add(SampleErased(project=project, sample_id=ids[0], reason="", erased_at=NOON))
    await embedder.mend()
    assert set(await QdrantLookup(client).find(project, [*ids, *crops])) == {*ids[1:], *crops[1:]}
    everything = QdrantNeighbours(client)
    found = (await QdrantLookup(client).find(project, [crops[2]]))[crops[2]]
    for parts, names in (("crops", crops[1:]), ("wholes", ids[1:]), ("all", [*ids[1:], *crops[1:]])):
        near = await everything.nearest(project, found, parts=parts, limit=10)  # type: ignore[arg-type]
        assert sorted(item.sample_id for item in near) == sorted(names)
        assert [item.similarity for item in near] == sorted((item.similarity for item in near), reverse=True)
    (crop,) = [item for item in near if item.sample_id == crops[2]]
    assert (crop.parent_id, crop.crop, crop.source_id) == (ids[2], [0.1, 0.25, 0.5, 0.75], "2")
    assert crop.similarity == pytest.approx(1, abs=1e-5)
    model = Condition("model", "reef")
    for with_crops, count in ((True, 4), (False, 2)):
        matches = await QdrantLookup(client).matches(project, [model], with_crops=with_crops)
        assert (matches.samples, matches.counts, matches.together) == (count, [count], count)
        assert matches.values["predicted_label"] == (["crab"] if with_crops else [])
    only_crops = models.Filter(
        must_not=[models.IsEmptyCondition(is_empty=models.PayloadField(key="parent_id"))]
    )
    assert (await client.count(name, count_filter=only_crops)).count == 2
