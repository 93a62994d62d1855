"""A server that answers with every code of gRPC, in place of Qdrant: what the adapters make of it."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client.grpc import collections_service_pb2_grpc, points_service_pb2_grpc

from adapters.embedder.test_missing_collections import OLD, sample
from publishingkit import FakePublisher
from shoal.clock import utc_now
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import Consumer, RetryPolicy, Transient
from shoal.messaging.consuming.processing import BatchProcessor
from shoal.messaging.errors import action_after
from shoal.outages import Action
from shoal.outages.remote import GRPC
from shoal_embedder.adapters.qdrant import QdrantStore
from shoal_embedder.usecases.ports import Point
from shoal_sampler.adapters.qdrant import QdrantLookup
from unit.messaging.messagingkit import raw

CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
QUICK = RetryPolicy(first_wait_s=0.0, longest_wait_s=0.0, outage_budget_s=0.0, attempts=2)


class Failing(
    points_service_pb2_grpc.PointsServicer,  # type: ignore[misc]
    collections_service_pb2_grpc.CollectionsServicer,  # type: ignore[misc]
):
    """Answers every call that the adapters make with `code`."""

    code = grpc.StatusCode.UNAVAILABLE

    async def _fail(self, _: Any, context: Any) -> Any:
        await context.abort(self.code, "the text")

    Upsert = Delete = List = ListAliases = Create = _fail


@pytest.fixture
async def failing() -> AsyncIterator[tuple[Failing, AsyncQdrantClient]]:
    server, servicer = grpc.aio.server(), Failing()
    points_service_pb2_grpc.add_PointsServicer_to_server(servicer, server)
    collections_service_pb2_grpc.add_CollectionsServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    client = AsyncQdrantClient(
        "http://127.0.0.1", grpc_port=port, prefer_grpc=True, check_compatibility=False
    )
    yield servicer, client
    await client.close()
    await server.stop(grace=0)


async def errors_of(client: AsyncQdrantClient) -> list[Exception]:
    """Return the errors of every way in which the services use Qdrant."""
    store, lookup, arrival = QdrantStore(client), QdrantLookup(client), sample("news", 0)
    errors = []
    for call in (
        store.prepare("news", OLD),
        store.upsert("news", OLD, [Point(arrival.event, bytes(8))]),
        store.delete("news", [arrival.event.sample_id]),
        store.mend(),
        lookup.find("news", [arrival.event.sample_id]),
    ):
        with pytest.raises((Transient, grpc.aio.AioRpcError)) as raised:
            await call
        errors.append(raised.value)
    return errors


async def test_every_code_has_the_action_of_the_table(failing: tuple[Failing, AsyncQdrantClient]) -> None:
    servicer, client = failing
    for code in CODES:
        servicer.code = code
        rule = GRPC[code.name]
        for error in await errors_of(client):
            assert isinstance(error, Transient) is rule.action.is_outage, code
            expected = rule.action if rule.action is not Action.RETRY else Action.WAIT
            assert action_after(error) is expected, code


async def test_no_code_that_is_an_outage_makes_a_dead_letter(
    failing: tuple[Failing, AsyncQdrantClient],
) -> None:
    servicer, client = failing
    store = QdrantStore(client)

    async def handle(batch: Any) -> list[Any]:
        await store.prepare("news", OLD)
        return []

    for code in CODES:
        servicer.code = code
        publisher = FakePublisher()
        consumer = Consumer(topic=SAMPLES_INGESTED, group="embedder", handle=handle, retry=QUICK)
        processor = BatchProcessor(consumer, publisher, version="1", clock=utc_now)
        if GRPC[code.name].action.is_outage:
            with pytest.raises(Transient, match=f"Qdrant is unavailable: {code.name}: the text"):
                await processor.process([raw(0), raw(1)])
            assert publisher.messages == []
        else:
            await processor.process([raw(0), raw(1)])
            assert len(publisher.messages) == 2
