"""A host of images on this machine: digits of scikit-learn as PNG, and what a host may do wrong."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from PIL import Image
from sklearn.datasets import load_digits

LOOPBACK = "127.0.0.0/8,::1/128"


@cache
def digit_images() -> Any:
    return load_digits().images


def digit_png(number: int) -> bytes:
    """Return a handwritten digit as PNG, 64 x 64 pixels."""
    pixels = (digit_images()[number] * 15.9).astype("uint8")
    out = io.BytesIO()
    Image.fromarray(pixels).resize((64, 64)).save(out, "PNG")
    return out.getvalue()


class ImageHost:
    """Answers GET by path. asked: the paths in order.

    `slow` never answers, `drip` sends a byte now and then, `endless` never ends, `redirect/<uri>` leads
    there, `status/<code>` answers that; other paths are `bodies`, with a line of `heads`, or a digit.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self.heads: dict[str, str] = {}

    def uri(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    @property
    def hosts(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def image_host(port: int = 0) -> AsyncIterator[ImageHost]:
    """Serve images until the block ends. port: 0 for any that is free."""
    host = ImageHost(0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().lstrip("/")
            host.asked.append(path)
            writer.write(await response_to(host, path))
            await writer.drain()
            await send_more(writer, path)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()


async def send_more(writer: asyncio.StreamWriter, path: str) -> None:
    """Go on with a body that has no end."""
    while path.startswith(("drip", "endless")):
        writer.write(b"x" if path.startswith("drip") else b"x" * 65_536)
        await writer.drain()
        await asyncio.sleep(0.05 if path.startswith("drip") else 0)


async def response_to(host: ImageHost, path: str) -> bytes:
    if path.startswith("slow"):
        await asyncio.sleep(30)
    if path.startswith("redirect/"):
        target = path.removeprefix("redirect/")
        return f"HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n".encode()
    if path.startswith("status/"):
        return f"HTTP/1.1 {path.removeprefix('status/')} Odd\r\ncontent-length: 0\r\n\r\n".encode()
    more = f"{host.heads[path]}\r\n" if path in host.heads else ""
    head = f"HTTP/1.1 200 OK\r\n{more}connection: close\r\n\r\n".encode()
    if path.startswith(("drip", "endless")):
        return head
    name = path.partition("?")[0]
    return head + (host.bodies.get(name) or digit_png(int(name.split(".")[0])))
