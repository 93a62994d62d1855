"""CPU time, memory and bytes of the processes of a stack."""

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from tests.bench.scale.result import TableSize

from shoal_local.services import PACKAGES
from shoal_local.stack import Stack

SCHEMAS = ("ingest", "sampler", "gateway", "qa")


def service_processes(service: str) -> list[psutil.Process]:
    """Return the processes of all replicas of a service that this process started."""
    module = f"{PACKAGES[service]}.main"
    return [child for child in psutil.Process().children() if module in child.cmdline()]


def server_cpu(stack: Stack) -> dict[str, float]:
    """Return the CPU seconds of each server so far; those of PostgreSQL include ended connections."""
    processes = {name: psutil.Process(server.child.pid) for name, server in stack.servers.items()}  # type: ignore[attr-defined]
    return {
        name: tree_cpu(process) if name == "postgres" else own_cpu([process])
        for name, process in processes.items()
    }


def own_cpu(processes: Iterable[psutil.Process]) -> float:
    """Return the CPU seconds of processes."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def tree_cpu(process: psutil.Process) -> float:
    """Return the CPU seconds of a process, its children, and those that ended."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        try:
            total += own_cpu([child])
        except psutil.NoSuchProcess:
            continue  # its time is in the parent's
    return float(total)


async def connection_cpu(conn: Any) -> dict[str, float]:
    """Return the CPU seconds of PostgreSQL's open connections by application."""
    totals: dict[str, float] = {}
    for row in await conn.fetch(
        "SELECT pid, application_name FROM pg_stat_activity WHERE datname IS NOT NULL"
    ):
        try:
            seconds = own_cpu([psutil.Process(row["pid"])])
        except psutil.NoSuchProcess:
            continue
        totals[row["application_name"]] = totals.get(row["application_name"], 0.0) + seconds
    return totals


def peak_mib(process: psutil.Process) -> float:
    """Return the highest resident memory of a process so far, in MiB; the present one outside Linux."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return float(process.memory_info().rss) / 2**20
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def topic_bytes(stack: Stack, topic: str) -> int:
    """Return the size of a topic's log; 0 for a broker without files."""
    logs = (stack.path / "kafka" / "log").glob(f"{topic}-[0-9]*/*.log")
    return sum(log.stat().st_size for log in logs)


def qdrant_bytes(stack: Stack) -> int:
    """Return the size of Qdrant's folder, as much as is on disk."""
    files = (path for path in (stack.path / "qdrant").rglob("*") if path.is_file())
    return sum(path.stat().st_blocks * 512 for path in files)


async def wal_position(conn: Any) -> int:
    """Return how many bytes PostgreSQL has written to its log so far."""
    return int(await conn.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


async def table_sizes(dsn: str) -> dict[str, TableSize]:
    """Return rows and bytes, indexes included, of every table with at least 100 rows."""
    conn = await asyncpg.connect(dsn)
    try:
        names = await conn.fetch(
            "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1",
            list(SCHEMAS),
        )
        sizes = {}
        for (name,) in names:
            rows = await conn.fetchval(f"SELECT count(*) FROM {name}")
            size = await conn.fetchval("SELECT pg_total_relation_size($1::text::regclass)", name)
            sizes[name] = TableSize(rows, size)
        return {name: size for name, size in sizes.items() if size.rows >= 100}
    finally:
        await conn.close()


def describe_machine(stack: Stack) -> dict[str, str]:
    """Return what a reader needs to know about the machine of a run."""
    model = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if os.name == "posix" else None
    )
    return {
        "cores": str(psutil.cpu_count()),
        "processor": model[1] if model else platform.processor(),
        "memory_gib": f"{psutil.virtual_memory().total / 2**30:.0f}",
        "kafka": stack.kafka_name,
        "python": platform.python_version(),
        "load_at_start": f"{os.getloadavg()[0]:.1f}",
    }
