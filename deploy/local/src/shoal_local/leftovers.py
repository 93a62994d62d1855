"""Find the processes that outlived their stack, by the mark in their environment, and end them."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from shoal_local.process import MARK


def processes_of(stack: Path) -> list[psutil.Process]:
    """Return the live processes marked with the directory `stack`, except the caller."""
    return [process for process in psutil.process_iter() if _belongs_to(process, str(stack))]


def end_processes(stack: Path, grace_s: float = 5) -> int:
    """End every process of `stack`: SIGINT first, SIGKILL after `grace_s`. Return how many there were.

    On SIGINT, PostgreSQL shuts down fast, and the other processes end as well.
    """
    processes = processes_of(stack)
    _send_signal(processes, signal.SIGINT)
    _, stubborn = psutil.wait_procs(processes, timeout=grace_s)
    _send_signal(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=grace_s)
    return len(processes)


def is_alive(pid: int, created: float) -> bool:
    """Return whether the process `pid`, created at `created` (seconds since 1970), still runs."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - created) < 1 and process.status() != psutil.STATUS_ZOMBIE)
    return False


def stack_directories(root: Path) -> Iterator[Path]:
    """Yield the directories of stacks under `root`."""
    yield from (path.parent for path in sorted(root.glob("*/stack.json")))


def _belongs_to(process: psutil.Process, stack: str) -> bool:
    with suppress(psutil.Error, OSError):
        return bool(process.pid != os.getpid() and process.environ().get(MARK) == stack)
    return False


def _send_signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)
