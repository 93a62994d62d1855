"""Threads for the processors that a process may use: affinity, and cgroup quotas of both versions."""

import os
import threading
from pathlib import Path

import pytest

from shoal.processors import cpu_quota, processors_within, usable_processors


def system(root: Path, groups: str, files: dict[str, str]) -> Path:
    """Write a /proc/self/cgroup and files below /sys/fs/cgroup."""
    for name, text in {
        "proc/self/cgroup": groups,
        **{f"sys/fs/cgroup/{k}": v for k, v in files.items()},
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


V1 = "4:memory:/pod\n3:cpu,cpuacct:/pod/one\n"


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        pytest.param("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5, id="version 2 in a container"),
        pytest.param("0::/\n", {"cpu.max": "max 100000\n"}, None, id="version 2 without a limit"),
        pytest.param(
            "0::/a/b\n",
            {"a/cpu.max": "200000 100000\n", "a/b/cpu.max": "max 100000\n"},
            2.0,
            id="version 2, limited by the group above",
        ),
        pytest.param(
            "0::/a/b\n",
            {"a/cpu.max": "800000 100000\n", "a/b/cpu.max": "300000 100000\n"},
            3.0,
            id="version 2, the tightest of two",
        ),
        pytest.param(
            V1,
            {
                "cpu,cpuacct/pod/one/cpu.cfs_quota_us": "50000\n",
                "cpu,cpuacct/pod/one/cpu.cfs_period_us": "100000\n",
            },
            0.5,
            id="version 1",
        ),
        pytest.param(
            V1,
            {"cpu,cpuacct/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            4.0,
            id="version 1, the path is the host's",
        ),
        pytest.param(
            V1,
            {
                "cpu,cpuacct/pod/one/cpu.cfs_quota_us": "-1\n",
                "cpu,cpuacct/pod/one/cpu.cfs_period_us": "100000\n",
            },
            None,
            id="version 1 without a limit",
        ),
        pytest.param("2:cpuset:/\n0::/\n", {}, None, id="no controller of processors"),
    ],
)
def test_the_quota_is_read_from_the_groups_of_the_process(
    tmp_path: Path, groups: str, files: dict[str, str], quota: float | None
) -> None:
    assert cpu_quota(system(tmp_path, groups, files)) == quota


def test_a_system_without_cgroups_has_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None


@pytest.mark.parametrize(("quota", "threads"), [(None, 64), (0.2, 1), (1.0, 1), (1.5, 2), (1000.0, 64)])
def test_threads_are_bounded_by_affinity_and_by_the_quota_rounded_up(
    quota: float | None, threads: int
) -> None:
    assert processors_within(64, quota) == threads


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_a_thread_bound_to_one_processor_has_one() -> None:
    counts: list[int] = []

    def bound() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        counts.append(usable_processors())

    thread = threading.Thread(target=bound)
    thread.start()
    thread.join()
    assert counts == [1]
