"""Running services whose probes are asked, and servers that freeze."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
from fastapi import FastAPI

from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, KafkaSettings, Publisher, Received, Rejection
from shoal.runtime import Running, Service, ServiceSettings, running_service

STUCK_S = 6.0
AWAY_S = 2 * STUCK_S
Handle = Callable[[Sequence[Received]], Awaitable[Sequence[Rejection]]]


@contextmanager
def frozen(server: Any) -> Iterator[None]:
    """Stop a server and its processes with SIGSTOP while the block runs."""
    leader = psutil.Process(server.child.pid)
    family = [leader, *leader.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in family:
            process.send_signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Probed:
    """A running service and a client of its ports."""

    running: Running
    http: httpx.AsyncClient

    async def probe(self, name: str) -> tuple[int, str]:
        """Return a probe's status, and its problems and notes as text."""
        answer = await self.http.get(f"{self.running.admin_url}/{name}")
        body = answer.json()
        return answer.status_code, "; ".join([*body["problems"], *body.get("notes", ())])

    async def has(self, name: str, status: int, text: str = "") -> bool:
        """Return whether a probe has a status, and problems or notes with `text`."""
        found, detail = await self.probe(name)
        return found == status and text in detail

    async def is_well(self) -> bool:
        """Return whether the service is ready and notes nothing."""
        return await self.probe("readyz") == (200, "")

    async def stays_alive(self, seconds: float, since: float | None = None) -> None:
        """Assert that /livez answers 200 for a time from now, or from a time of the monotonic clock."""
        until = (since or time.monotonic()) + seconds
        while time.monotonic() < until:
            assert await self.probe("livez") == (200, "")
            await asyncio.sleep(0.3)

    async def metric(self, dependency: str) -> float:
        """Return shoal_dependency_up of a server."""
        text = (await self.http.get(f"{self.running.admin_url}/metrics")).text
        (value,) = re.findall(rf'^shoal_dependency_up{{dependency="{dependency}"}} (\S+)$', text, re.M)
        return float(value)


@asynccontextmanager
async def probed(settings: Any, build: Any, kafka: KafkaSettings) -> AsyncIterator[Probed]:
    """Yield a running service."""
    async with (
        httpx.AsyncClient(timeout=30) as http,
        running_service(settings, build, kafka) as running,
    ):
        yield Probed(running, http)


@asynccontextmanager
async def tiny_service(kafka: KafkaSettings, **parts: Any) -> AsyncIterator[Probed]:
    """Yield a service of a few parts."""

    @asynccontextmanager
    async def build(_: Any, __: Publisher) -> AsyncIterator[Service]:
        app = FastAPI()
        app.get("/here")(lambda: {"here": True})
        yield Service(name="tiny", app=app, **parts)

    settings = ServiceSettings(http_port=0, admin_port=0).model_copy(update={"stuck_s": STUCK_S})
    async with probed(settings, build, kafka) as service:
        yield service


def consumer(topic: Topic, handle: Handle, **rest: Any) -> Consumer[Any]:
    """Return a consumer in the topic's first group."""
    return Consumer(topic=topic, group=topic.groups[0], handle=handle, **rest)
