"""A server that stops answers the clients that are connected but not accepted yet."""

import asyncio
import socket
from typing import Any

import uvicorn
import uvloop

from shoal.runtime.connections import PatientProtocol
from shoal.runtime.server import Server, bind_address

REQUEST = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
CLIENTS = 20


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


class LastMoment(Server):
    """Stops at its first tick, just after clients have connected and sent their requests."""

    clients: list[socket.socket]

    async def on_tick(self, counter: int) -> bool:
        address = self.servers[0].sockets[0].getsockname()
        self.clients = [socket.create_connection(address) for _ in range(CLIENTS)]
        for client in self.clients:
            client.settimeout(20)
            client.sendall(REQUEST)
        return True


def read_answer(client: socket.socket) -> bytes:
    with client, client.makefile("rb") as file:
        return file.read()


async def stop_at_last_moment() -> list[bytes]:
    config = uvicorn.Config(answer, http=PatientProtocol, lifespan="off", log_config=None)
    server, sock = LastMoment(config), bind_address("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    while not hasattr(server, "clients"):
        await asyncio.sleep(0.001)
    answers = await asyncio.gather(*(asyncio.to_thread(read_answer, client) for client in server.clients))
    await serving
    return answers


def test_a_client_that_waits_to_be_accepted_gets_its_answer() -> None:
    answers = uvloop.run(stop_at_last_moment())
    assert [text.split(b"\r\n")[0] for text in answers] == [b"HTTP/1.1 200 OK"] * CLIENTS
    assert all(b"here" in text for text in answers)
