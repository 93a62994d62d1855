"""Free loopback ports that stay free while a process restarts."""

import random
import socket
from contextlib import closing

HOST = "127.0.0.1"
# Below the range from which Linux and macOS take the ports of outgoing connections: a port that a killed
# service will listen on again must not go to a client's connection in the meantime.
_FIRST, _LAST = 20_000, 32_000
_source = random.SystemRandom()
# A UDP socket on the same port keeps it for this process, whose service may not listen yet, or be stopped.
_keepers: list[socket.socket] = []


def free_port() -> int:
    """Return a loopback TCP port that nothing listens on: another one at each call, in all processes.

    Raises OSError after a thousand tries without a free port.
    """
    for _ in range(1000):
        port = _source.randint(_FIRST, _LAST)
        keeper = _port_keeper(port)
        if keeper is None:
            continue
        if _is_free(port):
            _keepers.append(keeper)
            return port
        keeper.close()
    raise OSError(f"no free port between {_FIRST} and {_LAST} on {HOST}")


def _port_keeper(port: int) -> socket.socket | None:
    """Return a UDP socket on the port, or None if a process has one."""
    keeper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        keeper.bind((HOST, port))
    except OSError:
        keeper.close()
        return None
    return keeper


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
