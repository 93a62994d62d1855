"""Images are fetched over real sockets, from hosts that behave badly."""

import gzip
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hostkit import LOOPBACK, ImageHost, digit_png, image_host
from shoal.http.networks import Networks
from shoal.pictures.decoding import BadPicture
from shoal_ingest.adapters.breaking import FAILURES, PAUSE_S
from shoal_ingest.adapters.fetching import Fetcher
from shoal_ingest.usecases.media.ports import HostFault
from shoal_ingest.usecases.media.sources import Sources

MOST_BYTES = 50_000
Entry = tuple[Any, ...]


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def host() -> AsyncIterator[ImageHost]:
    async with image_host() as present:
        yield present


@pytest.fixture
def clock() -> Time:
    return Time()


def open_fetcher(
    host: ImageHost, clock: Time, *, networks: str = LOOPBACK, more: str = "", timeout_s: float = 1.0
) -> Fetcher:
    return Fetcher(
        sources=Sources.parse(f"{host.hosts},{more}"),
        networks=Networks.parse(networks),
        most_bytes=MOST_BYTES,
        most_at_once=32,
        timeout_s=timeout_s,
        clock=clock,
    )


@pytest.fixture
async def fetcher(host: ImageHost, clock: Time) -> AsyncIterator[Fetcher]:
    fetcher = open_fetcher(host, clock)
    yield fetcher
    await fetcher.close()


async def reason(fetcher: Fetcher, uri: str, project: str = "reef") -> str:
    with pytest.raises(BadPicture) as caught:
        await fetcher.fetch(project, uri)
    return str(caught.value)


async def test_the_bytes_at_an_address_are_returned(fetcher: Fetcher, host: ImageHost) -> None:
    assert await fetcher.fetch("reef", host.uri("3.png")) == digit_png(3)
    assert await fetcher.fetch("reef", host.uri("redirect//4.png")) == digit_png(4)


async def test_what_cannot_be_an_image_is_refused(fetcher: Fetcher, host: ImageHost) -> None:
    host.bodies["large.png"] = b"x" * (MOST_BYTES + 1)
    assert "more than 50,000 bytes" in await reason(fetcher, host.uri("large.png"))
    assert "answers 404" in await reason(fetcher, host.uri("status/404"))
    assert "SHOAL_MEDIA_HOSTS" in await reason(fetcher, "https://elsewhere.example/1.png")


async def test_redirects_stay_within_the_allowed_hosts(fetcher: Fetcher, host: ImageHost) -> None:
    metadata = "redirect/http://169.254.169.254/latest"
    assert "SHOAL_MEDIA_HOSTS" in await reason(fetcher, host.uri(metadata))
    loop = host.uri("redirect/" * 9 + "2.png")
    assert "more than 3 times" in await reason(fetcher, host.uri(f"redirect/{loop}"))


async def test_a_redirect_to_what_is_no_host_is_a_fault_of_the_image(host: ImageHost, clock: Time) -> None:
    fetcher = open_fetcher(host, clock, more="http://*.example.com")
    assert "no address" in await reason(fetcher, host.uri("redirect/http://xn--.example.com/1.png"))
    assert "no address" in await reason(fetcher, "http://xn--.example.com/1.png")
    await fetcher.close()


async def test_a_body_without_an_end_is_cut_off(fetcher: Fetcher, host: ImageHost) -> None:
    assert "more than 50,000 bytes" in await reason(fetcher, host.uri("endless.png"))
    begun = time.perf_counter()
    assert "more than 1 s" in await reason(fetcher, host.uri("drip.png"))
    assert time.perf_counter() - begun < 60  # the host never ends


async def test_a_compressed_body_is_not_unpacked(fetcher: Fetcher, host: ImageHost) -> None:
    packed = gzip.compress(b"\0" * 10_000_000)
    host.heads["bomb.png"] = "content-encoding: gzip"
    host.bodies["bomb.png"] = packed
    assert await fetcher.fetch("reef", host.uri("bomb.png")) == packed


async def test_a_private_address_is_refused_unless_a_setting_allows_it(host: ImageHost, clock: Time) -> None:
    fetcher = open_fetcher(host, clock, networks="")
    assert "not public" in await reason(fetcher, host.uri("1.png"))
    assert host.asked == []
    await fetcher.close()


@pytest.mark.parametrize(
    "answers", [["127.0.0.2"], ["127.0.0.1", "127.0.0.2"], ["::ffff:127.0.0.2"], ["169.254.169.254"]]
)
async def test_a_name_that_stands_for_a_private_address_is_refused(
    host: ImageHost, clock: Time, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry_of(answer) for answer in answers])
    fetcher = open_fetcher(host, clock, networks="127.0.0.1/32", more=f"http://a.example:{host.port}")
    assert "not public" in await reason(fetcher, f"http://a.example:{host.port}/1.png")
    assert host.asked == []
    await fetcher.close()


async def test_a_name_is_looked_up_once_so_that_its_address_cannot_change(
    host: ImageHost, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is allowed, every later one is private: the address that was checked is asked."""
    lookups: list[str] = []

    def look_up(name: str, *_: object, **__: object) -> list[Entry]:
        lookups.append(name)
        return [entry_of("127.0.0.1" if len(lookups) == 1 else "127.0.0.2")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fetcher = open_fetcher(host, clock, networks="127.0.0.1/32", more=f"http://a.example:{host.port}")
    assert await fetcher.fetch("reef", f"http://a.example:{host.port}/1.png") == digit_png(1)
    assert lookups == ["a.example"]
    with pytest.raises(BadPicture, match="not public"):  # a new look-up is checked again
        await fetcher.fetch("reef", f"http://a.example:{host.port}/1.png")
    assert host.asked == ["1.png"]
    await fetcher.close()


def entry_of(address: str) -> Entry:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (address, 0)


@pytest.mark.parametrize("path", ["slow.png", "status/503", "status/429", "drip.png"])
async def test_a_fault_of_the_host_is_told_apart(fetcher: Fetcher, host: ImageHost, path: str) -> None:
    with pytest.raises(HostFault) as caught:
        await fetcher.fetch("reef", host.uri(path))
    assert caught.value.wait_s == 0


async def test_a_host_that_fails_is_left_alone_for_the_project_that_named_it(
    fetcher: Fetcher, host: ImageHost, clock: Time
) -> None:
    for _ in range(FAILURES):
        await reason(fetcher, host.uri("status/503"), "slow-tenant")
    with pytest.raises(HostFault, match="left alone") as caught:
        await fetcher.fetch("slow-tenant", host.uri("6.png"))
    assert 0 < caught.value.wait_s <= PAUSE_S
    assert "6.png" not in host.asked
    assert await fetcher.fetch("reef", host.uri("6.png")) == digit_png(6)
    clock.now += PAUSE_S + 1
    assert await fetcher.fetch("slow-tenant", host.uri("6.png")) == digit_png(6)
