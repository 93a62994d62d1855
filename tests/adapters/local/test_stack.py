"""Stacks end when their owner ends, however that is, and live side by side."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from shoal_local import places
from shoal_local.leftovers import processes_of
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers

OWNER = """
import sys, time
from shoal_local.stack import Stack
with Stack(servers=frozenset({"kafka", "postgres", "qdrant"})) as stack:
    print(stack.path, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOAL_KAFKA_BOOTSTRAP", "SHOAL_POSTGRES_DSN", "SHOAL_QDRANT_URL", "SHOAL_KAFKA"):
        monkeypatch.delenv(name, raising=False)


def _owner() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    assert path.parent == places.stack_folder()
    return process, path


def _gone(path: Path, timeout_s: float = 120) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not path.exists() and not processes_of(path):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_outlives_the_owner(number: signal.Signals) -> None:
    process, path = _owner()
    assert len(processes_of(path)) >= 3
    process.send_signal(number)
    process.wait(120)
    assert process.stdout is not None
    process.stdout.close()
    assert _gone(path)


def test_what_a_killed_owner_and_a_killed_watchdog_leave_is_swept_by_the_next_stack() -> None:
    process, path = _owner()
    watchdogs = [
        child for child in psutil.Process(process.pid).children() if "watchdog" in " ".join(child.cmdline())
    ]
    for watchdog in watchdogs:
        watchdog.kill()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(120)
    assert process.stdout is not None
    process.stdout.close()
    assert processes_of(path)
    with Stack(servers=frozenset({"kafka"})):
        assert _gone(path)


def test_two_stacks_side_by_side() -> None:
    with Stack() as one, Stack() as other:
        assert set(one.environment.values()).isdisjoint(
            {other.kafka_bootstrap, other.postgres_dsn, other.environment["SHOAL_QDRANT_GRPC_PORT"]}
        )
        assert {process.pid for process in processes_of(one.path)}.isdisjoint(
            {process.pid for process in processes_of(other.path)}
        )
        one.stop()
        assert processes_of(other.path)


def test_servers_that_the_environment_names_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_KAFKA_BOOTSTRAP", "kafka.example:9092")
    monkeypatch.setenv("SHOAL_POSTGRES_DSN", "postgresql://db.example/shoal")
    monkeypatch.setenv("SHOAL_QDRANT_URL", "http://qdrant.example")
    with Stack() as stack:
        assert stack.kafka_bootstrap == "kafka.example:9092"
        assert stack.environment["SHOAL_QDRANT_GRPC_PORT"] == "6334"
        assert processes_of(stack.path) == []
