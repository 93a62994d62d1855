"""Run uvicorn in a service's event loop, on a bound socket and without signal handlers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn

from shoal.runtime.connections import MOST_CONNECTIONS, PatientProtocol


class _Draining:
    """ASGI middleware: once `active`, every answer ends its connection, and clients go elsewhere."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.active = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_closing(message: Any) -> None:
            if self.active and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, send_closing)


class Server(uvicorn.Server):
    """uvicorn's server, which a stop resets no connection of."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and finish what is in flight.

        A client may be connected although nobody has accepted the connection yet; closing the listening
        socket would reset it, and the request on it.
        """
        listening = sockets or []
        waiting = [connection for sock in listening for connection in _waiting_connections(sock)]
        for server in self.servers:
            server.close()
        for sock in listening:
            sock.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._make_protocol, connection)
        await super().shutdown(sockets)

    def _make_protocol(self) -> asyncio.Protocol:
        return PatientProtocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the runtime handles signals."""
        yield


def _waiting_connections(sock: socket.socket) -> Iterator[socket.socket]:
    """Accept the connections that the kernel holds for a listening socket."""
    with suppress(OSError):  # there are no more
        while True:
            yield sock.accept()[0]


def bind_address(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free port. Raises OSError if the port is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def url_of(sock: socket.socket) -> str:
    """Return the URL of `sock` for clients on this machine."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://{host}:{port}"


@asynccontextmanager
async def serve_app(app: Any, sock: socket.socket, *, graceful_timeout_s: float) -> AsyncIterator[None]:
    """Serve `app` on `sock` while the block runs; at its end, finish the requests in flight.

    A connection in use gets an answer with `Connection: close`, also for a request that is on its way.
    """
    draining = _Draining(app)
    config = uvicorn.Config(
        draining,
        http=PatientProtocol,
        limit_concurrency=MOST_CONNECTIONS,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=max(1, int(graceful_timeout_s)),
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started:
            if task.done():
                task.result()
                raise RuntimeError("the HTTP server did not start")
            await asyncio.sleep(0.005)
        yield
    finally:
        draining.active = server.should_exit = True
        await task
        sock.close()
