"""Qdrant goes away between two calls of one look-up: an outage, whichever it was."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import grpc
import pytest

from shoal.contracts.samples import alias_name, collection_prefix
from shoal.messaging import Transient
from shoal_sampler.adapters.qdrant import QdrantLookup

AWAY = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "gone")


class Client:
    """A client that fails at one of its calls."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at

    async def get_aliases(self) -> Any:
        self._check("get_aliases")
        name = collection_prefix("news") + "test-1-4"
        return SimpleNamespace(aliases=[SimpleNamespace(alias_name=alias_name("news"), collection_name=name)])

    async def get_collections(self) -> Any:
        self._check("get_collections")
        return SimpleNamespace(collections=[])

    async def retrieve(self, *_: Any, **__: Any) -> Any:
        self._check("retrieve")
        return []

    def _check(self, call: str) -> None:
        if call == self._fails_at:
            raise AWAY


@pytest.mark.parametrize("call", ["get_aliases", "get_collections", "retrieve"])
async def test_an_outage_is_told_as_one(call: str) -> None:
    with pytest.raises(Transient, match="UNAVAILABLE: gone"):
        await QdrantLookup(Client(call)).find("news", [str(UUID(int=1))])  # type: ignore[arg-type]


async def test_nothing_is_found_where_nothing_is() -> None:
    assert await QdrantLookup(Client("")).find("news", [str(UUID(int=1))]) == {}  # type: ignore[arg-type]
