"""A vendor's Retry-After is read by the clock that the client was built with."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shoal_gateway.adapters.generic.client import VendorClient
from shoal_gateway.usecases.errors import ProviderUnavailable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("90", timedelta(seconds=90)),
        ("Sun, 01 Mar 2026 12:02:00 GMT", timedelta(minutes=2)),
        ("999999", timedelta(days=1)),
    ],
)
async def test_a_busy_vendor_says_when_to_call_again(header: str, wait: timedelta) -> None:
    async def refuse(_: Request) -> Response:
        return Response(status_code=429, headers={"retry-after": header})

    vendor = Starlette(routes=[Route("/tasks", refuse, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(vendor)) as http:
        client = VendorClient(http, "http://vendor.example", None, lambda: NOON)
        with pytest.raises(ProviderUnavailable) as busy:
            await client.call("POST", "/tasks", body={})
    assert busy.value.retry_after == wait
