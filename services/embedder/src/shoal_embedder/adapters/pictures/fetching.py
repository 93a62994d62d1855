"""Read images over HTTP from the allowed hosts, with limits of time and size."""

import asyncio
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx

from shoal.http.checked_transport import ForbiddenAddress, open_client
from shoal.http.networks import Networks
from shoal.pictures.decoding import BadPicture
from shoal.sources import Sources
from shoal_embedder.adapters.pictures.breaking import Breaker

MOST_REDIRECTS = 3
MOST_AT_ONCE = 32
"""Images that are read at one time; no request waits for the connection of another one."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS = frozenset({429, 500, 502, 503, 504})  # of the host, not of the image
_REPLAY = "replay the dead letter when the host answers"


class HostFault(BadPicture):
    """The host did not answer, or answered with its own error."""


class Fetcher:
    """Fetches images. A host that fails repeatedly is left alone for a while, in the project concerned."""

    def __init__(
        self,
        *,
        sources: Sources,
        networks: Networks,
        most_bytes: int,
        timeout_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._sources = sources
        self._most_bytes = most_bytes
        self._timeout_s = timeout_s
        self._client = open_client(networks, most_connections=MOST_AT_ONCE)
        self._breaker = Breaker(clock)

    async def fetch(self, project: str, uri: str) -> bytes:
        """Return the bytes at a URI. Raises BadPicture with the reason."""
        if refusal := self._sources.refusal(uri):
            raise BadPicture(refusal)
        host = (project, urlsplit(uri).netloc)
        if wait_s := self._breaker.remaining(host):
            raise HostFault(f"{host[1]} failed repeatedly and is left alone for {wait_s:.0f} s; {_REPLAY}")
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
            raise HostFault(f"the host needs more than {self._timeout_s:g} s; {_REPLAY}") from None
        except ForbiddenAddress:
            raise BadPicture("the host has an address that is not public") from None
        except httpx.InvalidURL as error:
            raise BadPicture(f"is no address: {error}") from None
        except httpx.HTTPError as error:
            raise HostFault(f"the host cannot be read: {error or type(error).__name__}; {_REPLAY}") from None

    async def _follow(self, uri: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            async with self._client.stream("GET", uri, headers={"accept": "image/*"}) as response:
                if response.status_code not in _REDIRECTS:
                    return await self._body(response)
                uri = urljoin(uri, response.headers.get("location", ""))
            if refusal := self._sources.refusal(uri):
                raise BadPicture(f"is redirected to an address that {refusal}")
        raise BadPicture(f"is redirected more than {MOST_REDIRECTS} times")

    async def _body(self, response: httpx.Response) -> bytes:
        if response.status_code in _FAULTS:
            raise HostFault(f"the host answers {response.status_code}; {_REPLAY}")
        if response.status_code != httpx.codes.OK:
            raise BadPicture(f"the host answers {response.status_code}")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > self._most_bytes:
                raise BadPicture(f"has more than {self._most_bytes:,} bytes")
        return bytes(data)
