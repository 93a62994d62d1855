"""The vector store's answers against a plain numpy search; the embedded engine, or a server that is given."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient, models

from shoal.contracts.samples import (
    Content,
    Generation,
    Prediction,
    SampleIngested,
    alias_name,
    collection_name,
)
from shoal_embedder.adapters.qdrant import QdrantStore
from shoal_embedder.usecases.ports import OtherDimension, Point
from shoal_local.servers.qdrant.server import QdrantServer
from shoal_local.stack import Stack
from shoal_sampler.adapters.qdrant import QdrantLookup

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GENERATION = Generation(name="test", version="1", dimension=32)
COUNT = 600


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


def vectors(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(COUNT, 32)).astype("<f4")


def points(project: str, rows: np.ndarray) -> list[Point]:
    return [
        Point(
            SampleIngested(
                project=project,
                sample_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{project}{number}")),
                source="wire",
                source_id=str(number),
                content=Content(text="t"),
                prediction=Prediction(model="m", label=f"c{number % 5}"),
                occurred_at=NOON,
                received_at=NOON,
            ),
            row.tobytes(),
        )
        for number, row in enumerate(rows)
    ]


def nearest(rows: np.ndarray, query: np.ndarray, allowed: np.ndarray, k: int) -> list[tuple[int, float]]:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    similarity = unit @ (query / np.linalg.norm(query))
    order = [int(i) for i in np.argsort(-similarity) if allowed[i]][:k]
    return [(i, float(similarity[i])) for i in order]


async def search(
    client: AsyncQdrantClient, project: str, query: np.ndarray, query_filter: models.Filter | None = None
) -> list[tuple[int, float]]:
    answer = await client.query_points(
        alias_name(project),
        query=query.tolist(),
        limit=10,
        query_filter=query_filter,
        with_payload=True,
        search_params=models.SearchParams(exact=True),
    )
    return [(int((point.payload or {})["source_id"]), point.score) for point in answer.points]


def same(matches: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    assert [match[0] for match in matches] == [match[0] for match in expected]
    assert np.allclose([match[1] for match in matches], [match[1] for match in expected], atol=1e-5)


async def test_neighbours_filters_replacement_and_deletion(client: AsyncQdrantClient, project: str) -> None:
    store, rows, query = QdrantStore(client), vectors(), vectors(1)[0]
    everything = np.ones(COUNT, bool)
    await store.prepare(project, GENERATION)
    await store.upsert(project, GENERATION, points(project, rows))
    same(await search(client, project, query), nearest(rows, query, everything, 10))

    only = models.Filter(
        must=[models.FieldCondition(key="predicted_label", match=models.MatchValue(value="c3"))]
    )
    same(await search(client, project, query, only), nearest(rows, query, np.arange(COUNT) % 5 == 3, 10))

    rows[:50] = vectors(2)[:50]
    await store.upsert(project, GENERATION, points(project, rows)[:50])
    same(await search(client, project, query), nearest(rows, query, everything, 10))
    assert (await client.count(collection_name(project, GENERATION))).count == COUNT

    gone = [point.event.sample_id for point in points(project, rows)[:30]]
    await store.delete(project, gone)
    same(await search(client, project, query), nearest(rows, query, np.arange(COUNT) >= 30, 10))


async def test_vectors_are_found_by_sample(client: AsyncQdrantClient, project: str) -> None:
    store, rows = QdrantStore(client), vectors()
    await store.prepare(project, GENERATION)
    all_points = points(project, rows)
    await store.upsert(project, GENERATION, all_points)
    sample = all_points[7].event.sample_id
    stored = await QdrantLookup(client).find(project, [sample, str(uuid.uuid4()), "no uuid"])
    assert set(stored) == {sample}
    assert stored[sample].generation == GENERATION.slug()
    assert np.allclose(stored[sample].vector, rows[7] / np.linalg.norm(rows[7]), atol=1e-5)
    assert await QdrantLookup(client).find("p" + uuid.uuid4().hex, [sample]) == {}


async def test_another_dimension_of_the_same_encoder(client: AsyncQdrantClient, project: str) -> None:
    await QdrantStore(client).prepare(project, GENERATION)
    with pytest.raises(OtherDimension) as other:
        await QdrantStore(client).prepare(project, GENERATION.model_copy(update={"dimension": 16}))
    assert other.value.dimension == 32


async def test_errors_are_statuses(client: AsyncQdrantClient, project: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as missing:
        await client.count(project)
    assert missing.value.code() == grpc.StatusCode.NOT_FOUND
    await QdrantStore(client).prepare(project, GENERATION)
    with pytest.raises(grpc.aio.AioRpcError) as wrong:
        await client.query_points(alias_name(project), query=[1.0, 2.0])
    assert wrong.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "32" in str(wrong.value.details())


async def test_what_was_answered_survives_a_kill(
    client: AsyncQdrantClient, project: str, stack: Stack
) -> None:
    server = stack.servers.get("qdrant")
    if not isinstance(server, QdrantServer):
        pytest.skip("the server is not ours to kill")
    store, rows = QdrantStore(client), vectors()
    await store.prepare(project, GENERATION)
    await store.upsert(project, GENERATION, points(project, rows))
    server.child.kill()
    server.start()
    same(await search(client, project, rows[3]), nearest(rows, rows[3], np.ones(COUNT, bool), 10))
