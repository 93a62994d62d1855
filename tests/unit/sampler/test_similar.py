"""Similar samples: the nearest of what is stored, crops or not, without the example itself."""

from collections.abc import AsyncIterator
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient, models

from shoal.contracts.ids import crop_id, sample_id
from shoal.contracts.samples import Generation, alias_name, collection_name
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_sampler.adapters.neighbours import QdrantNeighbours
from shoal_sampler.adapters.qdrant import QdrantLookup
from shoal_sampler.usecases.campaigns.definition import ExampleBox
from shoal_sampler.usecases.ports import ImageParts
from shoal_sampler.usecases.similar import FindSimilar

GENERATION = Generation(name="eyes", version="1", dimension=2)
BOX = {"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
PHOTO = sample_id("reef", "camera", "1")
CROP = crop_id(PHOTO, **BOX)
OTHERS = [str(uuid5(NAMESPACE_OID, str(number))) for number in range(4)]


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    """Qdrant in memory: a photo with a crop, two photos, and a crop of each of them."""
    client, name = AsyncQdrantClient(":memory:"), collection_name("reef", GENERATION)
    vectors = models.VectorParams(size=2, distance=models.Distance.COSINE)
    await client.create_collection(name, vectors_config=vectors)
    alias = models.CreateAlias(collection_name=name, alias_name=alias_name("reef"))
    await client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])
    angles = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    points = []
    for number, (point, angle) in enumerate(zip([PHOTO, CROP, *OTHERS], angles, strict=True)):
        payload = {"source": "camera", "source_id": str(number)}
        if number % 2:
            payload |= {"parent_id": "a photo", "crop": list(BOX.values()), "predicted_label": "fish"}
        vector = [float(np.cos(angle)), float(np.sin(angle))]
        points.append(models.PointStruct(id=point, vector=vector, payload=payload))
    await client.upsert(name, points)
    yield client
    await client.close()


def find_with(client: AsyncQdrantClient) -> FindSimilar:
    return FindSimilar(QdrantLookup(client), QdrantNeighbours(client))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("all", [PHOTO, OTHERS[0], OTHERS[1]]),
        ("crops", [OTHERS[1], OTHERS[3]]),
        ("wholes", [PHOTO, OTHERS[0], OTHERS[2]]),
    ],
)
async def test_the_nearest_samples_come_first_without_the_example(
    client: AsyncQdrantClient, parts: ImageParts, expected: list[str]
) -> None:
    fields, box = SampleFields(source="camera", source_id="1"), ExampleBox(**BOX)
    generation, similar = await find_with(client)("reef", fields, box, parts=parts, limit=3)
    assert generation == GENERATION.slug()
    assert [item.sample_id for item in similar] == expected
    assert [item.similarity for item in similar] == sorted(
        (item.similarity for item in similar), reverse=True
    )
    assert similar[0].similarity == pytest.approx(np.cos(0.05 if parts != "crops" else 0.2), abs=1e-5)
    for item in similar:
        is_crop = item.parent_id is not None
        assert (item.crop, item.predicted_label) == (
            (list(BOX.values()), "fish") if is_crop else (None, None)
        )


@pytest.mark.parametrize(
    ("fields", "box", "field", "words"),
    [
        (
            {"source": "camera", "source_id": "9"},
            None,
            "source_id",
            "is not among the project's embedded samples",
        ),
        ({"source": "camera", "source_id": "1"}, {**BOX, "left": 0.3}, "box", "has no crop of this box"),
        ({"sample_id": "8841"}, None, "sample_id", "is a UUID"),
    ],
)
async def test_what_is_not_stored_is_refused_with_its_field(
    client: AsyncQdrantClient, fields: dict[str, str], box: dict[str, float] | None, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        await find_with(client)(
            "reef", SampleFields(**fields), ExampleBox(**box) if box else None, parts="all", limit=3
        )
    assert refused.value.field == field
