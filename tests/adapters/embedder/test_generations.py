"""A project of texts and images has two generations; a sample of either is found as an example."""

from collections.abc import AsyncIterator

import pytest
from qdrant_client import AsyncQdrantClient

from adapters.embedder.test_missing_collections import NEW, OLD, Embedder, sample
from shoal_sampler.adapters.qdrant import QdrantLookup

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
