"""Connections to hosts that customers name: every address is checked before it is used.

The address that was checked is the one that is connected to, so that a name cannot change its address in
between (DNS rebinding). Each host's look-up has a thread of its own.
"""

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx

from shoal.http.networks import Networks

MOST_CONNECTIONS = 8


class ForbiddenAddress(Exception):
    """The host's name stands for an address that is not public, and no setting allows it."""


def open_client(networks: Networks, *, most_connections: int = MOST_CONNECTIONS) -> httpx.AsyncClient:
    """Return a client. It keeps no cookies, follows no redirects and uses no proxy."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        transport=CheckedTransport(networks, most_connections),
        cookies=no_cookies,
        follow_redirects=False,
        trust_env=False,
    )


class CheckedTransport(httpx.AsyncBaseTransport):
    """Resolves, checks and connects. Raises ForbiddenAddress, and httpx's errors."""

    def __init__(self, networks: Networks, most_connections: int) -> None:
        self._networks = networks
        limits = httpx.Limits(max_connections=most_connections)
        self._inner = httpx.AsyncHTTPTransport(verify=_tls_context(), trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first of the host's addresses that accepts a connection."""
        url = request.url
        addresses = await resolve_host(url.host, url.port or (443 if url.scheme == "https" else 80))
        if any(self._networks.forbid(address) for address in addresses):
            raise ForbiddenAddress(url.host)
        for address in addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._inner.handle_async_request(_request_to(request, address))
        return await self._inner.handle_async_request(_request_to(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def resolve_host(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, at least one. Raises httpx.ConnectError.

    The look-up has a thread of its own: a name server that does not answer must not take the shared threads.
    """
    with suppress(ValueError):
        return [str(ip_address(host))]
    loop = asyncio.get_running_loop()
    result: asyncio.Future[list[str]] = loop.create_future()

    def finish(addresses: list[str], error: Exception | None) -> None:
        if result.done():
            return
        if error is not None or not addresses:
            result.set_exception(httpx.ConnectError(f"{host} cannot be resolved"))
        else:
            result.set_result(addresses)

    def look_up() -> None:
        addresses, failure = [], None
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failure = error
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(finish, addresses, failure)

    threading.Thread(target=look_up, name=f"resolve {host}"[:60], daemon=True).start()
    return await result


def _request_to(request: httpx.Request, address: str) -> httpx.Request:
    """Return the request to an address; the Host header and TLS keep the host's name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


@cache
def _tls_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()
