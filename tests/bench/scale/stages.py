"""One service's work on the records of a round, with one or more replicas."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
from tests.bench.scale.load import send_items
from tests.bench.scale.records import (
    Backlog,
    Ends,
    kafka_settings,
    read_backlog,
    send_again,
    skip_backlog,
    topic_ends,
    wait_until_read,
)
from tests.bench.scale.result import Stage
from tests.bench.scale.usage import (
    own_cpu,
    peak_mib,
    qdrant_bytes,
    server_cpu,
    service_processes,
    topic_bytes,
    wal_position,
)

from shoal.contracts.topics import DATA_PARTITIONS
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

INPUTS: dict[str, tuple[str, ...]] = {
    "ingest": (),
    "embedder": ("samples.ingested",),
    "sampler": ("samples.embedded",),
    "qa": ("sampling.decisions", "labeling.jobs"),
    "labeling-gateway": ("labeling.jobs",),
}
"""The topics that carry a round's records to each service, in the order of the stages."""
OUTPUTS = {
    "ingest": ("samples.ingested",),
    "embedder": ("samples.embedded",),
    "sampler": ("sampling.decisions", "labeling.jobs"),
}
OUTBOXES = {"sampler": "sampler", "qa": "qa", "labeling-gateway": "gateway"}
IDLE_S = 2.0
JOIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every stage needs."""

    stack: Stack
    settings: Mapping[str, str]
    http: httpx.AsyncClient
    conn: Any


@dataclass(slots=True, kw_only=True)
class Round:
    """One load on all services, each with the same number of replicas.

    marks: ends of topics before the round. backlogs: records of topics that were read already; they are on
    the topic twice by now.
    """

    name: str
    replicas: int
    projects: list[str]
    items: list[bytes]
    services: tuple[str, ...]
    marks: dict[str, Ends] = field(default_factory=dict)
    backlogs: dict[str, Backlog] = field(default_factory=dict)


async def run_round(bench: Bench, work: Round) -> AsyncIterator[Stage]:
    """Let one service after the other work on a round; yield what each took."""
    settings = kafka_settings(bench.stack)
    for topic in {name for names in OUTPUTS.values() for name in names}:
        work.marks[topic] = await topic_ends(settings, topic)
    for service in work.services:
        yield await _run_stage(bench, work, service)


async def _run_stage(bench: Bench, work: Round, service: str) -> Stage:
    settings = kafka_settings(bench.stack)
    for topic in INPUTS[service]:
        if topic not in work.backlogs:
            work.backlogs[topic] = await read_backlog(settings, topic, work.marks[topic])
        await skip_backlog(settings, topic, service)
    backlogs = [work.backlogs[topic] for topic in INPUTS[service]]
    sizes = {topic: topic_bytes(bench.stack, topic) for topic in OUTPUTS.get(service, ())}
    async with _replicas(bench, service, work.replicas) as urls:
        await _all_joined(bench.http, urls["admin"], service)
        processes = service_processes(service)
        idle = await _idle_cpu(processes)
        counts = await _consumed(bench.http, urls["admin"], INPUTS[service])
        before = await _snapshot(bench, processes)
        if service == "ingest":
            await send_items(bench.http, urls["http"], work.items)
        else:
            await _drain(bench, service, backlogs)
        after = await _snapshot(bench, processes)
        handled = await _consumed(bench.http, urls["admin"], INPUTS[service])
        peak = max(peak_mib(process) for process in processes)
    records = len(backlogs[0]) if backlogs else len(work.items)
    return Stage(
        round=work.name,
        service=service,
        replicas=work.replicas,
        projects=len(work.projects),
        records=records,
        wall_s=round(after.at - before.at, 2),
        cpu_s={name: round(after.cpu_s[name] - before.cpu_s[name], 3) for name in after.cpu_s},
        idle_cpu=round(idle, 4),
        rss_mib=round(peak, 1),
        wal_bytes=after.wal - before.wal,
        kafka_bytes={
            topic: round((topic_bytes(bench.stack, topic) - size) / records, 1)
            for topic, size in sizes.items()
        },
        qdrant_bytes=after.qdrant - before.qdrant,
        shares=_shares([end - start for start, end in zip(counts, handled, strict=True)]),
    )


@asynccontextmanager
async def _replicas(bench: Bench, service: str, count: int) -> AsyncIterator[dict[str, list[str]]]:
    """Start replicas of a service; yield their addresses."""
    replicas = [LocalShoal(bench.stack, (service,), bench.settings) for _ in range(count)]
    try:
        await asyncio.gather(*(asyncio.to_thread(replica.start) for replica in replicas))
        yield {
            "admin": [replica.admin_urls[service] for replica in replicas],
            "http": [replica.urls[service] for replica in replicas if service in replica.urls],
        }
    finally:
        await asyncio.gather(*(asyncio.to_thread(replica.stop) for replica in replicas))


async def _drain(bench: Bench, service: str, backlogs: Sequence[Backlog]) -> None:
    """Send the records again, and wait until they are read and their effects have left the outbox."""
    settings = kafka_settings(bench.stack)
    for ends in [await send_again(settings, backlog) for backlog in backlogs]:
        await wait_until_read(settings, service, ends)
    schema = OUTBOXES.get(service)
    async with asyncio.timeout(120):
        while schema and await bench.conn.fetchval(f"SELECT EXISTS (SELECT FROM {schema}.outbox)"):
            await asyncio.sleep(0.1)


async def _all_joined(http: httpx.AsyncClient, admin_urls: Sequence[str], service: str) -> None:
    """Wait until the partitions of the stage's topics are divided among all replicas."""
    async with asyncio.timeout(JOIN_S):
        for topic in INPUTS[service]:
            while True:
                numbers = [
                    await _metric(http, url, "shoal_messaging_assigned_partitions", topic, service)
                    for url in admin_urls
                ]
                if sum(numbers) == DATA_PARTITIONS and all(numbers):
                    break
                await asyncio.sleep(0.2)


async def _consumed(http: httpx.AsyncClient, admin_urls: Sequence[str], topics: Sequence[str]) -> list[float]:
    """Return how many records of the first topic each replica has finished with."""
    if not topics:
        return [0.0 for _ in admin_urls]
    name = "shoal_messaging_consumed_records_total"
    return [await _metric(http, url, name, topics[0], "") for url in admin_urls]


async def _metric(http: httpx.AsyncClient, url: str, name: str, topic: str, group: str) -> float:
    text = (await http.get(f"{url}/metrics")).text
    lines = re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    return sum(
        float(value)
        for labels, value in lines
        if f'topic="{topic}"' in labels and f'group="{group}' in labels
    )


async def _idle_cpu(processes: Sequence[Any]) -> float:
    """Return CPU seconds a second while there is no work."""
    before, began = own_cpu(processes), time.monotonic()
    await asyncio.sleep(IDLE_S)
    return (own_cpu(processes) - before) / (time.monotonic() - began)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    at: float
    cpu_s: dict[str, float]
    wal: int
    qdrant: int


async def _snapshot(bench: Bench, processes: Sequence[Any]) -> _Snapshot:
    return _Snapshot(
        at=time.monotonic(),
        cpu_s={"service": own_cpu(processes), **server_cpu(bench.stack)},
        wal=await wal_position(bench.conn),
        qdrant=qdrant_bytes(bench.stack),
    )


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [round(count / total, 3) for count in counts] if total else []


async def connect_database(stack: Stack) -> Any:
    """Return a connection to the stack's database."""
    return await asyncpg.connect(stack.postgres_dsn)
