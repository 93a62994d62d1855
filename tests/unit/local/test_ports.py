"""Free ports of the embedded stack."""

import subprocess
import sys

import pytest

from shoal_local import ports

FIRST, LAST = 31_800, 31_999
OTHER = f"""
from shoal_local import ports
ports._FIRST, ports._LAST = {FIRST}, {LAST}
print(*[ports.free_port() for _ in range(60)], flush=True)
input()
"""


def test_no_port_is_given_twice_in_any_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_FIRST", FIRST)
    monkeypatch.setattr(ports, "_LAST", LAST)
    monkeypatch.setattr(ports, "_keepers", [])
    command = [sys.executable, "-c", OTHER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        given = [int(port) for port in process.stdout.readline().split()]
        given += [ports.free_port() for _ in range(60)]
        process.communicate("\n")
    assert len(set(given)) == len(given) == 120
    for keeper in ports._keepers:
        keeper.close()
