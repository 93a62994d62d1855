"""The number of processors that a process may use, by its CPU affinity and the quotas of its cgroups."""

import os
from collections.abc import Iterator
from functools import cache
from math import ceil
from pathlib import Path, PurePosixPath


def usable_processors() -> int:
    """Return how many processors the calling thread may use: its CPU affinity, limited by the CPU quota.

    The quota is read once per process.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    allowed = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return processors_within(allowed, _process_quota())


def processors_within(allowed: int, quota: float | None) -> int:
    """Return `allowed`, limited to `quota` rounded up: it takes two threads to use 1.5 processors."""
    return allowed if quota is None else max(1, min(allowed, ceil(quota)))


@cache
def _process_quota() -> float | None:
    return cpu_quota(Path("/"))


def cpu_quota(root: Path) -> float | None:
    """Return the CPU quota of this process in processors; None without a quota.

    root: the file system with /proc/self/cgroup and /sys/fs/cgroup. Reads cgroups of versions 1 and 2; the
    limits of parent groups count as well.
    """
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux, or a sandbox
        return None
    quotas = [quota for line in groups for quota in _line_quotas(root / "sys/fs/cgroup", line)]
    return min(quotas, default=None)


def _line_quotas(mount: Path, line: str) -> Iterator[float]:
    """Yield the quotas of one line of /proc/self/cgroup: hierarchy:controllers:path."""
    _, controllers, path = line.split(":", 2)
    # A container without a cgroup namespace sees the host's path, but its own group at the mount's root.
    group = PurePosixPath(path.lstrip("/"))
    for folder in (group, *group.parents):
        if not controllers:
            yield from _read_quota(mount / folder / "cpu.max")
        elif "cpu" in controllers.split(","):
            yield from _read_quota(
                mount / controllers / folder / "cpu.cfs_quota_us",
                mount / controllers / folder / "cpu.cfs_period_us",
            )


def _read_quota(*files: Path) -> Iterator[float]:
    """Yield quota / period of files that hold both numbers; nothing without a limit."""
    try:
        quota, period = " ".join(file.read_text() for file in files).split()
        if float(quota) > 0:  # version 1 writes -1 for no limit
            yield float(quota) / float(period)
    except (OSError, ValueError):  # the group does not exist, or version 2's "max"
        return
