"""Read images over HTTP from the allowed hosts, with limits of time and size."""

import asyncio
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx

from shoal.http.checked_transport import ForbiddenAddress, open_client
from shoal.http.networks import Networks
from shoal.pictures.decoding import BadPicture
from shoal_ingest.adapters.breaking import Breaker
from shoal_ingest.usecases.media.ports import HostFault
from shoal_ingest.usecases.media.sources import Sources

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS = frozenset({429, 500, 502, 503, 504})  # of the host, not of the image
_HEADERS = {"accept": "image/*", "accept-encoding": "identity"}  # compressed, few bytes may become many


class Fetcher:
    """Fetches images. A host that fails repeatedly is left alone for a while, in the project concerned.

    most_at_once: fetches at one time; none waits for the connection of another one.
    """

    def __init__(
        self,
        *,
        sources: Sources,
        networks: Networks,
        most_bytes: int,
        most_at_once: int,
        timeout_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._sources = sources
        self._most_bytes = most_bytes
        self._timeout_s = timeout_s
        self._client = open_client(networks, most_connections=most_at_once)
        self._breaker = Breaker(clock)

    async def fetch(self, project: str, uri: str) -> bytes:
        """Return the bytes at a URI. Raises HostFault, and BadPicture with the reason."""
        if refusal := self._sources.refusal(uri):
            raise BadPicture(refusal)
        host = (project, urlsplit(uri).netloc)
        if wait_s := self._breaker.remaining(host):
            raise HostFault(f"{host[1]} failed repeatedly and is left alone for {wait_s:.0f} s", wait_s)
        try:
            data = await self._timed(uri)
        except HostFault:
            self._breaker.note_failure(host)
            raise
        self._breaker.note_success(host)
        return data

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _timed(self, uri: str) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(uri)
        except TimeoutError:
            raise HostFault(f"the host needs more than {self._timeout_s:g} s") from None
        except ForbiddenAddress:
            raise BadPicture("the host has an address that is not public") from None
        except BadPicture:
            raise
        except (httpx.InvalidURL, ValueError) as error:  # httpx also raises UnicodeError, for a host's name
            raise BadPicture(f"is no address: {error}") from None
        except httpx.HTTPError as error:
            raise HostFault(f"the host cannot be read: {error or type(error).__name__}") from None

    async def _follow(self, uri: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            async with self._client.stream("GET", uri, headers=_HEADERS) as response:
                if response.status_code not in _REDIRECTS:
                    return await self._body(response)
                uri = urljoin(uri, response.headers.get("location", ""))
            if refusal := self._sources.refusal(uri):
                raise BadPicture(f"is redirected to an address that {refusal}")
        raise BadPicture(f"is redirected more than {MOST_REDIRECTS} times")

    async def _body(self, response: httpx.Response) -> bytes:
        if response.status_code in _FAULTS:
            raise HostFault(f"the host answers {response.status_code}")
        if response.status_code != httpx.codes.OK:
            raise BadPicture(f"the host answers {response.status_code}")
        data = bytearray()
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > self._most_bytes:
                raise BadPicture(f"has more than {self._most_bytes:,} bytes")
        return bytes(data)
