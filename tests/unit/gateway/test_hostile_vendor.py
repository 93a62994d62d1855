"""A vendor that answers nonsense gets a short error of its own, in time and in little memory."""

import asyncio
import tracemalloc
from datetime import timedelta

import httpx
import pytest

from hostilevendor import BROKEN, PAGES, RECEIPTS, REDIRECTS, HostileVendor
from shoal.clock import utc_now
from shoal.http.checked_transport import open_client
from shoal.http.networks import Networks
from shoal_gateway.adapters.generic.answers import MOST_BYTES
from shoal_gateway.adapters.generic.client import VendorClient
from shoal_gateway.adapters.generic.mapping import TaskMedia, read_receipts
from shoal_gateway.adapters.generic.provider import GenericVendor
from shoal_gateway.adapters.media import SignedAddresses
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Malformed
from vendorkit import serve_vendor

LOOPBACK = Networks.parse("127.0.0.0/8")
KEY = "a-planted-key"
CONFIG = ProviderConfig(project="news", name="acme", kind="generic", api_key=KEY)
MEDIA = TaskMedia(SignedAddresses(None, "", utc_now), timedelta(hours=1))
UNREADABLE = {"nul in the cursor", "no cursor", "huge cursor", "huge page"}
FAILURES = (ProviderUnavailable, ProviderRefused)


def client_of(
    http: httpx.AsyncClient, url: str, key: str | None = KEY, *, call_s: float = 60.0
) -> VendorClient:
    return VendorClient(http, url, key, utc_now, call_s=call_s)


async def test_a_broken_answer_is_a_short_error_in_time() -> None:
    tricks = [name for name in BROKEN if name not in ("empty", "status 299")]
    await asyncio.gather(*(check_broken(trick) for trick in tricks))


async def check_broken(trick: str) -> None:
    async with serve_vendor(HostileVendor(trick=trick, pause_s=0.2)) as url, open_client(LOOPBACK) as http:
        provider = GenericVendor(client_of(http, url, call_s=0.7), CONFIG, None, MEDIA)
        with pytest.raises(FAILURES) as error:
            await provider.poll(None, 200)
        message = str(error.value)
        assert len(message) < 300, trick
        assert message.isprintable(), trick
        assert KEY not in message, trick
        assert "secret page" not in message, trick
        with pytest.raises(FAILURES):
            await provider.upsert_tasks([], {}, maybe_sent=False)


@pytest.mark.parametrize("trick", PAGES)
async def test_a_page_is_read_or_refused_and_its_bad_items_are_named(trick: str) -> None:
    async with serve_vendor(HostileVendor(trick=trick)) as url, open_client(LOOPBACK) as http:
        provider = GenericVendor(client_of(http, url), CONFIG, None, MEDIA)
        if trick in UNREADABLE:
            with pytest.raises(ProviderUnavailable, match=r"next_cursor|list of at most"):
                await provider.poll(None, 200)
            return
        page = await provider.poll(None, 200)
    assert page.cursor is not None
    assert page.cursor.isprintable()
    for item in page.items:
        if isinstance(item, Malformed):
            assert item.field
            assert max(len(item.external_id), len(item.annotation_id), len(item.detail)) < 500
            (item.external_id + item.annotation_id + item.detail).encode()


@pytest.mark.parametrize("trick", RECEIPTS)
async def test_receipts_hold_what_every_store_can_hold(trick: str) -> None:
    async with serve_vendor(HostileVendor(trick=trick)) as url, open_client(LOOPBACK) as http:
        answer = await client_of(http, url).call("POST", "/tasks", body={"tasks": [{"external_id": "t1"}]})
    for receipt in read_receipts(answer):
        notes = [text for text in (receipt.task_ref, receipt.error) if text]
        assert all(len(text) <= 200 and text.isprintable() for text in notes)


async def test_items_that_are_hardly_json_cost_no_neighbour() -> None:
    async with (
        serve_vendor(HostileVendor(trick="items that are hardly json")) as url,
        open_client(LOOPBACK) as http,
    ):
        page = await GenericVendor(client_of(http, url), CONFIG, None, MEDIA).poll(None, 200)
    assert [isinstance(item, Malformed) for item in page.items] == [True, True, True, True, False]


async def test_a_bomb_takes_little_memory() -> None:
    async with serve_vendor(HostileVendor(trick="gzip bomb")) as url, open_client(LOOPBACK) as http:
        client = VendorClient(http, url, KEY, utc_now, call_s=60)
        tracemalloc.start()
        with pytest.raises(ProviderUnavailable, match="larger than 4 MiB"):
            await client.call("GET", "/annotations")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4 * MOST_BYTES


@pytest.mark.parametrize("trick", REDIRECTS)
async def test_no_redirect_is_followed(trick: str) -> None:
    vendor = HostileVendor(trick=trick)
    async with serve_vendor(vendor) as url, open_client(LOOPBACK) as http:
        with pytest.raises(ProviderRefused, match="307") as error:
            await client_of(http, url).call("GET", "/annotations")
    assert error.value.everything
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]"],
)
async def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(host: str) -> None:
    vendor = HostileVendor()
    async with serve_vendor(vendor) as url, open_client(Networks()) as http:
        base = url.replace("127.0.0.1", host)
        with pytest.raises(ProviderRefused, match="not public"):
            await client_of(http, base).call("GET", "/annotations")
    assert vendor.calls == []


@pytest.mark.parametrize("key", ["ключ", "a\nb", "a b", "\x00", "\ud800"])
async def test_a_key_that_no_header_carries_is_not_quoted(key: str) -> None:
    vendor = HostileVendor()
    async with serve_vendor(vendor) as url, open_client(LOOPBACK) as http:
        with pytest.raises(ProviderRefused, match="api_key") as error:
            await client_of(http, url, key).call("GET", "/annotations")
    assert key not in str(error.value)
    assert error.value.__cause__ is None


async def test_cookies_of_one_vendor_are_not_sent_again() -> None:
    vendor = HostileVendor()
    async with serve_vendor(vendor) as url, open_client(LOOPBACK) as http:
        await http.get(url + "/annotations", params={"limit": 1})
        http.cookies.extract_cookies(
            httpx.Response(200, headers={"set-cookie": "a=b"}, request=httpx.Request("GET", url))
        )
        await client_of(http, url).call("GET", "/annotations", query={"limit": "1"})
    assert "cookie" not in vendor.calls[-1].headers
