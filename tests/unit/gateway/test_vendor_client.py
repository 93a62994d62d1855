"""A vendor's Retry-After is read by the client's clock, and what is wrong with an answer has a name."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shoal_gateway.adapters.generic.client import VendorClient
from shoal_gateway.domain.faults import Fault
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable

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


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (429, b"", Fault.RATE_LIMITED),
        (408, b"", Fault.TIMEOUT),
        (504, b"", Fault.TIMEOUT),
        (500, b"", Fault.SERVER_ERROR),
        (401, b"", Fault.REFUSED),
        (409, b"", Fault.REFUSED),
        (200, b"<html>", Fault.BAD_ANSWER),
    ],
)
async def test_a_fault_names_what_was_wrong_with_a_call(status: int, body: bytes, fault: Fault) -> None:
    async def answer(_: Request) -> Response:
        return Response(body, status_code=status)

    vendor = Starlette(routes=[Route("/tasks", answer, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(vendor)) as http:
        client = VendorClient(http, "http://vendor.example", None, lambda: NOON)
        with pytest.raises((ProviderUnavailable, ProviderRefused)) as raised:
            await client.call("POST", "/tasks", body={})
    assert raised.value.fault is fault


async def test_a_vendor_that_cannot_be_reached_is_unreachable() -> None:
    async with httpx.AsyncClient() as http:
        client = VendorClient(http, "http://127.0.0.1:9", None, lambda: NOON)
        with pytest.raises(ProviderUnavailable) as raised:
            await client.call("GET", "/annotations")
    assert raised.value.fault is Fault.UNREACHABLE
