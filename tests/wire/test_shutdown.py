"""SIGTERM ends a process in order: what is in flight is finished, and no record or request is lost."""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shoal.contracts.topics import Topic
from shoal.messaging import KafkaSettings
from shoal_local.ports import free_port
from wire.wirekit import committed, connected, eventually, messages, new_topic

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")), reason="stops a broker"),
]
GRACEFUL_S = 30.0  # of a busy machine; a stop that has nothing to wait for takes a second
LIMIT_S = GRACEFUL_S + 10


@pytest.fixture
async def topic(settings: KafkaSettings) -> Topic:
    return await new_topic(settings)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "records.db"
    with sqlite3.connect(path) as rows:
        rows.execute("create table delivery (id text)")
        rows.execute("create table effect (id text)")
    return path


def count_rows(database: Path, table: str) -> Counter[str]:
    with sqlite3.connect(database, timeout=30) as rows:
        return Counter(name for (name,) in rows.execute(f"select id from {table}"))


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the service."""

    process: asyncio.subprocess.Process
    http: str
    admin: str

    async def is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=30) as client:
                return (await client.get(f"{self.admin}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self, *signals: signal.Signals) -> tuple[int, float]:
        """Send signals; return the exit code and the seconds until the end."""
        started = time.monotonic()
        for number in signals or (signal.SIGTERM,):
            self.process.send_signal(number)
            await asyncio.sleep(0.05)
        return await self.process.wait(), time.monotonic() - started

    @asynccontextmanager
    async def request_in_flight(self, folder: Path) -> AsyncIterator[None]:
        """Hold a request while the block runs; it must be answered then."""
        file = folder / "held"
        async with httpx.AsyncClient(timeout=120) as client:
            held = asyncio.create_task(client.get(f"{self.http}/hold", params={"file": str(file)}))
            await eventually(file.exists)
            yield
            assert not held.done()
            file.unlink()
            assert (await held).status_code == 200


@asynccontextmanager
async def running_child(
    settings: KafkaSettings,
    topic: Topic,
    database: Path,
    *,
    graceful_s: float = GRACEFUL_S,
    batch_s: float = GRACEFUL_S,
) -> AsyncIterator[Child]:
    http, admin = free_port(), free_port()
    own = {
        "SHOAL_KAFKA_BOOTSTRAP": settings.bootstrap,
        "SHOAL_KAFKA_IDEMPOTENCE": str(settings.idempotence),
        "SHOAL_KAFKA_SESSION_TIMEOUT_MS": str(settings.session_timeout_ms),
        "SHOAL_KAFKA_PROVISION_TOPICS": "false",
        "SHOAL_KAFKA_GRACEFUL_TIMEOUT_S": str(batch_s),
        "SHOAL_GRACEFUL_TIMEOUT_S": str(graceful_s),
        "SHOAL_HTTP_PORT": str(http),
        "SHOAL_ADMIN_PORT": str(admin),
    }
    program = str(Path(__file__).with_name("stopping_service.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, topic.name, topic.groups[0], str(database), env={**os.environ, **own}
    )
    try:
        yield Child(process, f"http://127.0.0.1:{http}", f"http://127.0.0.1:{admin}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_stop_finishes_the_batch_in_flight_and_none_comes_again(
    settings: KafkaSettings, topic: Topic, database: Path
) -> None:
    async with connected(settings) as direct:
        await direct.publisher.publish(messages(topic, 40))
    for _ in range(2):
        before = len(count_rows(database, "delivery"))
        async with running_child(settings, topic, database) as child:
            await eventually(lambda before=before: len(count_rows(database, "delivery")) > before)  # type: ignore[misc]
            code, seconds = await child.stop()
            assert code == 0
            assert seconds < LIMIT_S
        delivered, effects = count_rows(database, "delivery"), count_rows(database, "effect")
        assert delivered == effects
        assert await committed(settings, topic) == len(effects)
    assert set(delivered.values()) == {1}
    assert 0 < len(delivered) < 40


async def test_a_stop_under_load_loses_no_request(
    settings: KafkaSettings, topic: Topic, database: Path, tmp_path: Path
) -> None:
    answers: Counter[Any] = Counter()
    closing = 0

    async def load(client: httpx.AsyncClient, url: str) -> None:
        """Send requests over a connection that is kept, until nobody listens."""
        nonlocal closing
        while True:
            try:
                answer = await client.get(url, params={"seconds": 0.05})
            except httpx.ConnectError:
                return
            answers[answer.status_code] += 1
            closing += answer.headers.get("connection") == "close"

    async with running_child(settings, topic, database) as child:
        await eventually(child.is_ready)
        url = f"{child.http}/wait"
        clients = [httpx.AsyncClient(timeout=30) for _ in range(8)]
        loads = [asyncio.create_task(load(client, url)) for client in clients]
        await eventually(lambda: answers[200] > 100)
        async with child.request_in_flight(tmp_path):
            stopping = asyncio.create_task(child.stop())
            await asyncio.gather(*loads)
        code, seconds = await stopping
        assert code == 0
        assert seconds < LIMIT_S
        for client in clients:
            await client.aclose()
    assert set(answers) == {200}
    assert closing >= 1


async def test_readiness_ends_with_the_signal(
    settings: KafkaSettings, topic: Topic, database: Path, tmp_path: Path
) -> None:
    async with running_child(settings, topic, database) as child, httpx.AsyncClient(timeout=30) as client:
        await eventually(child.is_ready)

        async def says_so() -> bool:
            ready = await client.get(f"{child.admin}/readyz")
            return (ready.status_code, ready.json()["problems"]) == (503, ["stopping"])

        async with child.request_in_flight(tmp_path):
            child.process.send_signal(signal.SIGTERM)
            await eventually(says_so)
            assert (await client.get(f"{child.admin}/livez")).status_code == 200
        assert await child.process.wait() == 0


async def test_a_stop_ends_in_time_while_kafka_is_away(
    broker: Any, settings: KafkaSettings, topic: Topic, database: Path
) -> None:
    async with connected(settings) as direct:
        await direct.publisher.publish(messages(topic, 40))
    async with running_child(settings, topic, database, batch_s=5) as child:
        await eventually(lambda: len(count_rows(database, "delivery")) > 0)
        os.kill(broker.child.pid, signal.SIGSTOP)
        try:
            code, seconds = await child.stop()
        finally:
            os.kill(broker.child.pid, signal.SIGCONT)
        assert code == 0
        assert seconds < LIMIT_S


async def test_more_signals_change_nothing(
    settings: KafkaSettings, topic: Topic, database: Path, tmp_path: Path
) -> None:
    async with running_child(settings, topic, database) as child:
        await eventually(child.is_ready)
        async with child.request_in_flight(tmp_path):
            for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGINT):
                child.process.send_signal(number)
                await asyncio.sleep(0.05)
        assert await child.process.wait() == 0


async def test_a_signal_ends_a_start_that_waits_for_kafka(
    topic: Topic, database: Path, settings: KafkaSettings
) -> None:
    away = settings.model_copy(update={"bootstrap": f"127.0.0.1:{free_port()}"})
    async with running_child(away, topic, database) as child, httpx.AsyncClient(timeout=30) as client:

        async def says_why() -> bool:
            try:
                return "Kafka at" in (await client.get(f"{child.admin}/startupz")).text
            except httpx.TransportError:
                return False

        await eventually(says_why)
        assert (await client.get(f"{child.admin}/livez")).status_code == 200
        code, seconds = await child.stop()
        assert code == 0
        assert seconds < GRACEFUL_S


async def test_a_blocked_process_ends_all_the_same(
    settings: KafkaSettings, topic: Topic, database: Path, tmp_path: Path
) -> None:
    async with (
        running_child(settings, topic, database, graceful_s=0.1) as child,
        httpx.AsyncClient(timeout=httpx.Timeout(30, read=1)) as client,
    ):
        await eventually(child.is_ready)
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{child.http}/block", params={"file": str(tmp_path / "blocked")})
        await eventually((tmp_path / "blocked").exists)
        with pytest.raises(httpx.ReadTimeout):  # which ends the pod
            await client.get(f"{child.admin}/livez")
        code, seconds = await child.stop()
        assert code == 1
        assert 10 < seconds < 100  # of a thousand
